using System.Collections.Immutable;
using System.Net;
using Multipath.Contracts.Grains;
using Multipath.Policies.Model;
using Multipath.Silo.Grains.Host;

namespace Multipath.Silo.Tests.Grains.Host;

public sealed class ObservationMergeTests
{
    private static readonly HostPicture Known = ObservationMerge.Apply(HostPicture.Empty, Report(1, true, Path("b"), Path("a"))).Picture;

    [Fact]
    public void A_whole_report_replaces_and_orders_paths()
    {
        Assert.Equal(["a", "b"], Known.ToObservation("h").Paths.Select(path => path.Path.Interface));
        var next = ObservationMerge.Apply(Known, Report(9, true, Path("c"))).Picture;
        Assert.Equal((9ul, "c"), (next.Sequence, Assert.Single(next.Paths.Values).Path.Interface));
    }

    [Fact]
    public void A_difference_adds_changes_and_removes()
    {
        var report = Report(2, false, Path("c"), Path("a") with { RttMs = 7 }) with { RemovedPaths = [Path("b").Path] };
        var merged = ObservationMerge.Apply(Known, report);
        Assert.Equal(ReportOutcome.Accepted, merged.Verdict.Outcome);
        Assert.Equal([("a", 7d), ("c", null)], merged.Picture.Paths.Values.Select(path => (path.Path.Interface, path.RttMs)));
    }

    [Theory]
    [InlineData(1, ReportOutcome.Old)]
    [InlineData(2, ReportOutcome.Accepted)]
    [InlineData(3, ReportOutcome.Gap)]
    [InlineData(0, ReportOutcome.Invalid)]
    [InlineData(ulong.MaxValue, ReportOutcome.Invalid)]
    public void The_sequence_decides(ulong sequence, ReportOutcome expected) =>
        Assert.Equal(expected, ObservationMerge.Apply(Known, Report(sequence, false)).Verdict.Outcome);

    [Fact]
    public void After_a_gap_differences_wait_for_a_whole_report()
    {
        var gap = ObservationMerge.Apply(Known, Report(3, false)).Picture;
        Assert.Equal(ReportOutcome.Gap, ObservationMerge.Apply(gap, Report(2, false)).Verdict.Outcome);
        Assert.True(ObservationMerge.Apply(gap, Report(4, true)).Picture.Complete);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1d)]
    [InlineData(1e300)]
    [InlineData(double.PositiveInfinity)]
    public void Absurd_measurements_are_refused_and_named(double value)
    {
        PathObservation[] bad =
        [
            Path("a") with { RttMs = value },
            Path("a") with { RttVarMs = value },
            Path("a") with { LossPct = value },
            Path("a") with { DeliveryBytesPerSecond = value },
        ];
        foreach (var path in bad)
        {
            var merged = ObservationMerge.Apply(Known, Report(2, false, path));
            Assert.Equal(ReportOutcome.Invalid, merged.Verdict.Outcome);
            Assert.Contains("of a/10.0.0.1 is", merged.Verdict.Reason, StringComparison.Ordinal);
            Assert.Same(Known, merged.Picture);
        }
    }

    [Fact]
    public void Absurd_amounts_are_refused()
    {
        HostReport[] bad =
        [
            Report(2, false, Path("a") with { BytesSent = ulong.MaxValue }),
            Report(2, false, [.. Enumerable.Range(0, ReportLimits.Paths).Select(i => Path($"p{i}"))]),
            Report(2, false) with { Connections = [.. Enumerable.Range(0, ReportLimits.Connections + 1).Select(i => Connection((uint)i))] },
            Report(2, false) with { Counters = ImmutableSortedDictionary<string, ulong>.Empty.Add("MPTcpExtX", ulong.MaxValue) },
        ];
        Assert.All(bad, report => Assert.Equal(ReportOutcome.Invalid, ObservationMerge.Apply(Known, report).Verdict.Outcome));
    }

    [Fact]
    public void A_path_and_a_connection_that_take_the_place_of_others_are_no_more_than_before()
    {
        var paths = Enumerable.Range(0, ReportLimits.Paths).Select(i => Path($"p{i}")).ToArray();
        var connections = Enumerable.Range(0, ReportLimits.Connections).Select(i => Connection((uint)i));
        var full = ObservationMerge.Apply(HostPicture.Empty, Report(1, true, paths) with { Connections = [.. connections] }).Picture;
        var swap = Report(2, false, Path("new")) with
        {
            RemovedPaths = [paths[0].Path],
            Connections = [Connection(99_999)],
            RemovedConnections = [0],
        };
        Assert.Equal(ReportVerdict.Accepted, ObservationMerge.Apply(full, swap).Verdict);
        Assert.Equal(ReportOutcome.Invalid, ObservationMerge.Apply(full, swap with { RemovedPaths = [] }).Verdict.Outcome);
        Assert.Equal(ReportOutcome.Invalid, ObservationMerge.Apply(full, swap with { RemovedConnections = [77_777] }).Verdict.Outcome);
    }

    [Fact]
    public void The_last_occurrences_are_kept()
    {
        var many = Enumerable.Range(0, 200).Select(i => new HostOccurrence(DateTimeOffset.UnixEpoch, "reflex", 0, null, $"{i}"));
        var merged = ObservationMerge.Apply(Known, Report(2, false) with { Occurrences = many.ToEquatableArray() }).Picture;
        Assert.Equal((ReportBounds.OccurrencesKept, "199"), (merged.Occurrences.Count(), merged.Occurrences.Last().Text));
    }

    private static PathObservation Path(string name) => new(new PathKey(name, IPAddress.Parse("10.0.0.1")), PathState.Up);

    private static ConnectionReport Connection(uint token) => new(token, false, null, null, [], "", "");

    private static HostReport Report(ulong sequence, bool full, params PathObservation[] paths) => new(
        "s", sequence, full, [.. paths], [], [], [], [], ImmutableSortedDictionary<string, ulong>.Empty, DateTimeOffset.UnixEpoch);
}
