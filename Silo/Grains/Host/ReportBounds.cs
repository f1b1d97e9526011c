using Multipath.Contracts.Grains;
using Multipath.Policies.Model;

namespace Multipath.Silo.Grains.Host;

/// <summary>
/// What a report may hold. Beyond these bounds and those of <see cref="ReportLimits"/>, which agents keep, a value is a fault of the agent
/// or an attack, and the report is refused whole.
/// </summary>
internal static class ReportBounds
{
    /// <summary>MPTcpExt has about 80.</summary>
    public const int Counters = 256;

    /// <summary>In one report; an agent keeps fewer than this while it is away.</summary>
    public const int Occurrences = 1_024;

    /// <summary>The last ones are kept for people to read.</summary>
    public const int OccurrencesKept = 128;

    /// <summary>Counters of bytes and events: an exabyte is more than any uplink moves.</summary>
    public const ulong Count = 1UL << 60;

    /// <summary>Sequences rise by one; no agent gets this far.</summary>
    public const ulong Sequence = 1UL << 62;

    private const double RttMs = 3_600_000;
    private const double BytesPerSecond = 1e12;

    /// <summary>Null when the report is within bounds, else which bound it breaks.</summary>
    public static string? Violation(HostPicture picture, HostReport report)
    {
        if (report.Sequence is 0 or > Sequence)
        {
            return $"sequence {report.Sequence} is not in 1..{Sequence}";
        }

        return Exceeds("paths", PathsAfter(picture, report), ReportLimits.Paths)
            ?? Exceeds("connections", ConnectionsAfter(picture, report), ReportLimits.Connections)
            ?? Exceeds("counters", (report.Full ? 0 : picture.Counters.Count) + report.Counters.Count, Counters * 2)
            ?? Exceeds("occurrences", report.Occurrences.Count, Occurrences)
            ?? First(report.Paths, OfPath)
            ?? First(report.Connections, OfConnection)
            ?? First(report.Counters, counter => Above(counter.Key, counter.Value));
    }

    private static int PathsAfter(HostPicture picture, HostReport report) => report.Full
        ? report.Paths.Count
        : picture.Paths.Count - report.RemovedPaths.Distinct().Count(picture.Paths.ContainsKey)
            + report.Paths.Count(path => !picture.Paths.ContainsKey(path.Path));

    private static int ConnectionsAfter(HostPicture picture, HostReport report) => report.Full
        ? report.Connections.Count
        : picture.Connections.Count - report.RemovedConnections.Distinct().Count(picture.Connections.ContainsKey)
            + report.Connections.Count(one => !picture.Connections.ContainsKey(one.Token));

    private static string? OfPath(PathObservation path) =>
        Outside(path, "rttMs", path.RttMs, RttMs)
        ?? Outside(path, "rttVarMs", path.RttVarMs, RttMs)
        ?? Outside(path, "lossPct", path.LossPct, 100)
        ?? Outside(path, "deliveryBytesPerSecond", path.DeliveryBytesPerSecond, BytesPerSecond)
        ?? Above($"bytes sent on {path.Path}", path.BytesSent)
        ?? Above($"bytes received on {path.Path}", path.BytesReceived);

    private static string? OfConnection(ConnectionReport connection) =>
        Exceeds($"subflows of connection {connection.Token:x8}", connection.Subflows.Count, ReportLimits.SubflowsPerConnection)
        ?? First(connection.Subflows, subflow => Above(
            $"bytes of connection {connection.Token:x8}",
                Math.Max(subflow.BytesSent, Math.Max(subflow.BytesReceived, subflow.BytesRetransmitted))));

    private static string? First<T>(IEnumerable<T> items, Func<T, string?> violation) =>
        items.Select(violation).FirstOrDefault(text => text is not null);

    private static string? Outside(PathObservation path, string name, double? value, double highest) =>
        value is null || (value >= 0 && value <= highest) ? null : $"{name} of {path.Path} is {value}, not in 0..{highest}";

    private static string? Above(string name, ulong value) => value <= Count ? null : $"{name}: {value} is above {Count}";

    private static string? Exceeds(string name, int count, int most) => count <= most ? null : $"{count} {name}, at most {most} are taken";
}
