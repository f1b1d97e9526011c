using System.Diagnostics;

namespace Multipath.Silo.Telemetry;

/// <summary>
/// Spans from an operator's change to the agent's acknowledgement. A grain's turn begins without a current span, hence what crosses a
/// grain call or the stream carries its W3C trace context along. One change is one tree: apply, policy, fleet (both with what they store),
/// then for each host rank, push, the agent's plan with its actions, and ack.
/// </summary>
internal static class SiloTrace
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Multipath.Silo";

    /// <summary>A tag: the host. Traces may name it, metrics may not.</summary>
    public const string HostTag = "multipath.host";

    /// <summary>A tag: the policy.</summary>
    public const string PolicyTag = "multipath.policy";

    /// <summary>A tag: the plan's version.</summary>
    public const string PlanTag = "multipath.plan";

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

    /// <summary>A span that began before anybody knew whether it is worth one; without a parent it begins a trace of its own.</summary>
    public static Activity? Since(DateTimeOffset began, string name, string? parent)
    {
        if (parent is not null && ActivityContext.TryParse(parent, null, isRemote: true, out var context))
        {
            return Source.StartActivity(name, ActivityKind.Internal, context, startTime: began);
        }

        var current = Activity.Current;
        Activity.Current = null;
        var span = Source.StartActivity(name, ActivityKind.Internal, default(ActivityContext), startTime: began);
        Activity.Current = span ?? current;
        return span;
    }

    /// <summary>A part of what is under way; null when nothing is, for a part alone is no trace.</summary>
    public static Activity? Part(string name) => Activity.Current is null ? null : Source.StartActivity(name);
}
