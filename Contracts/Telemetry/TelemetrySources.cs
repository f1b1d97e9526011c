namespace Multipath.Contracts.Telemetry;

/// <summary>Who tells, and what of it is collected.</summary>
/// <param name="Service">The service's name, unless <c>OTEL_SERVICE_NAME</c> gives another.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Instance">
/// Tells instances of a service apart; an attribute of the resource, never a label of a metric. Null for a random one.
/// </param>
/// <param name="Meters">Names of meters; those that nobody makes cost nothing.</param>
/// <param name="Activities">Names of activity sources.</param>
public sealed record TelemetrySources(
    string Service, string Version, string? Instance, IReadOnlyList<string> Meters, IReadOnlyList<string> Activities)
{
    /// <summary>Paths of HTTP whose requests are no news: probes and scrapes come every few seconds, and each would be a trace.</summary>
    public IReadOnlyList<string> UntracedPaths { get; init; } = [];

    /// <summary>
    /// Those of the activity sources whose spans tell something only as parts of what another one began: of a library that makes a span
    /// of each of its calls, also of those by timers.
    /// </summary>
    public IReadOnlyList<string> Parts { get; init; } = [];
}
