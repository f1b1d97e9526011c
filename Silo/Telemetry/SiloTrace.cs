using System.Diagnostics;

namespace Multipath.Silo.Telemetry;

/// <summary>
/// Spans from an operator's change to the agent's acknowledgement: apply, rank, push, the agent's plan, ack, each below the one before by
/// its W3C trace context.
/// </summary>
internal static class SiloTrace
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Multipath.Silo";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Null for what is no traceparent.</summary>
    public static string? Checked(string traceparent) => ActivityContext.TryParse(traceparent, null, out _) ? traceparent : null;

    /// <summary>
    /// Starts a span below <paramref name="parent"/> (a traceparent), or below the current one when null; null when nobody listens.
    /// </summary>
    public static Activity? Start(string name, string? parent, ActivityKind kind = ActivityKind.Internal) =>
        parent is not null && ActivityContext.TryParse(parent, null, isRemote: true, out var context)
            ? Source.StartActivity(name, kind, context)
            : Source.StartActivity(name, kind);
}
