using System.Collections.Immutable;
using Multipath.Contracts.Grains;

namespace Multipath.Silo.Grains.Host;

/// <summary>A picture after a report, or why the report was not merged; then the picture is as before, but for its completeness.</summary>
internal readonly record struct Merged(HostPicture Picture, ReportVerdict Verdict);

/// <summary>Merges a delta report into a picture. Pure.</summary>
internal static class ObservationMerge
{
    public static Merged Apply(HostPicture picture, HostReport report)
    {
        if (ReportBounds.Violation(picture, report) is { } violation)
        {
            return new(picture, new(ReportOutcome.Invalid, violation));
        }

        if (report.Sequence <= picture.Sequence)
        {
            return new(picture, new(ReportOutcome.Old, $"sequence {report.Sequence} is not newer than {picture.Sequence}"));
        }

        if (!report.Full && (!picture.Complete || report.Sequence != picture.Sequence + 1))
        {
            var reason = picture.Complete
                ? $"report {report.Sequence} came after {picture.Sequence}"
                : $"report {report.Sequence} is a difference to one that is not known";
            return new(picture with { Complete = false }, new(ReportOutcome.Gap, reason));
        }

        return new(Merge(picture, report), ReportVerdict.Accepted);
    }

    private static HostPicture Merge(HostPicture picture, HostReport report)
    {
        var paths = (report.Full ? picture.Paths.Clear() : picture.Paths)
            .RemoveRange(report.RemovedPaths)
            .SetItems(report.Paths.Select(path => KeyValuePair.Create(path.Path, path)));
        var connections = (report.Full ? picture.Connections.Clear() : picture.Connections)
            .RemoveRange(report.RemovedConnections)
            .SetItems(report.Connections.Select(connection => KeyValuePair.Create(connection.Token, connection)));
        var counters = (report.Full ? picture.Counters.Clear() : picture.Counters).SetItems(report.Counters);
        return new(report.Sequence, true, paths, connections, Append(picture.Occurrences, report), counters);
    }

    private static ImmutableQueue<HostOccurrence> Append(ImmutableQueue<HostOccurrence> known, HostReport report)
    {
        if (report.Occurrences.IsEmpty)
        {
            return known;
        }

        var all = known.Concat(report.Occurrences).ToList();
        return [.. all.Skip(Math.Max(0, all.Count - ReportBounds.OccurrencesKept))];
    }
}
