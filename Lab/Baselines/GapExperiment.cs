using Multipath.Lab.Net;
using Multipath.Lab.Traffic;

namespace Multipath.Lab.Baselines;

/// <summary>One case of the handover comparison.</summary>
/// <param name="Direction">Which way the data flows.</param>
/// <param name="Cut">How the first link is cut.</param>
/// <param name="Backup">The second path is a backup, or carries data all along.</param>
/// <param name="Bulk">As fast as it goes, or a stream of 5 Mbit/s.</param>
internal sealed record GapCase(Direction Direction, Outage Cut, bool Backup, bool Bulk = false)
{
    /// <summary>The eight cases of a stream or of bulk.</summary>
    internal static IEnumerable<GapCase> All(bool bulk) =>
        from backup in (bool[])[true, false]
        from direction in (Direction[])[Direction.Upload, Direction.Download]
        from cut in (Outage[])[Outage.Down, Outage.Blackhole]
        select new GapCase(direction, cut, backup, bulk);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(Bulk ? "bulk " : "")}{Direction} {Cut}, second path {(Backup ? "backup" : "active")}".ToLowerInvariant();
}

/// <summary>The hosts and links on which a case is measured.</summary>
internal sealed record GapTopology(LabNetwork Lab, NetHost Client, NetHost Server, IReadOnlyList<Link> Links) : IDisposable
{
    /// <summary>The round trips of the lab's standard uplinks: 20 Mbit/s 20 ms, 10 Mbit/s 50 ms, 5 Mbit/s 80 ms.</summary>
    private static readonly (string Name, string Interface, double Megabits, double RttMs)[] Uplinks =
        [("wifi", "wlan0", 20, 20), ("lte", "wwan0", 10, 50), ("sat", "wwan1", 5, 80)];

    /// <summary>Makes a client and a server with the first of the standard uplinks.</summary>
    internal static GapTopology Create(int uplinks = 2, bool endOnSignals = true)
    {
        var lab = LabNetwork.Create(endOnSignals);
        try
        {
            var client = lab.AddHost("van");
            var server = lab.AddServer("hub");
            foreach (var (name, @interface, megabits, rttMs) in Uplinks.Take(uplinks))
            {
                var knobs = LinkKnobs.OfRoundTrip(megabits, rttMs);
                lab.AddLink(name, client, server, @interface, knobs, knobs);
            }

            return new GapTopology(lab, client, server, lab.Links);
        }
        catch
        {
            lab.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Lab.Dispose();
}

/// <summary>
/// Takes charge of a topology's hosts for a case, before the connection is opened: configures the kernel, or starts agents.
/// What it returns is disposed after the measurement.
/// </summary>
internal delegate IDisposable? Steering(GapTopology topology, GapCase gapCase);

/// <summary>One measurement.</summary>
/// <param name="Case">What was measured.</param>
/// <param name="GapMs">The longest gap at the receiver that ended after the cut.</param>
/// <param name="Transfer">The transfer as a whole; its hash tells whether it was intact.</param>
internal sealed record GapMeasurement(GapCase Case, double GapMs, TransferResult Transfer);

/// <summary>Measures how long a receiver goes without data when the first link is cut under a running transfer.</summary>
internal static class GapExperiment
{
    private const double StreamMegabits = 5;
    private const double BeforeCutSeconds = 2;
    private const double AfterCutSeconds = 2.5;

    // A stream's gap depends on where the cut falls between two chunks, a bulk transfer's on how full congestion control has the queue.
    private const double StreamPhaseSeconds = 0.0137;
    private const double BulkPhaseSeconds = 0.3137;

    /// <summary>Makes a fresh topology, hands it to the steering and measures one case on it.</summary>
    /// <param name="gapCase">What to measure.</param>
    /// <param name="steering">Who has charge of the hosts.</param>
    /// <param name="round">Number of the repetition: it moves the cut against the transfer's pace, the same for every steering.</param>
    internal static GapMeasurement Run(GapCase gapCase, Steering steering, int round = 0)
    {
        using var topology = GapTopology.Create(endOnSignals: false);
        using var charge = steering(topology, gapCase);
        return Run(topology, gapCase, round);
    }

    /// <summary>Measures one case on a topology that is already under way; the link is whole again afterwards.</summary>
    internal static GapMeasurement Run(GapTopology topology, GapCase gapCase, int round = 0) =>
        Run(topology, gapCase, spec => Transfer.Start(spec, topology.Client, topology.Server), round);

    /// <summary>The same with a transfer of the caller's, between whatever programs.</summary>
    internal static GapMeasurement Run(GapTopology topology, GapCase gapCase, Func<TransferSpec, IRunningTransfer> start, int round)
    {
        var before = BeforeCutSeconds + (round % 10 * (gapCase.Bulk ? BulkPhaseSeconds : StreamPhaseSeconds));
        var seconds = before + AfterCutSeconds;
        var spec = gapCase.Bulk
            ? TransferSpec.Bulk(gapCase.Direction, seconds)
            : TransferSpec.Stream(gapCase.Direction, StreamMegabits, seconds);
        var transfer = start(spec with { Seed = (ulong)round + 1 });
        Thread.Sleep(TimeSpan.FromSeconds(before));
        var cutUs = topology.Links[0].Set(gapCase.Cut) / 1000;
        var result = transfer.WaitAsync(CancellationToken.None).GetAwaiter().GetResult();
        topology.Links[0].Set(Outage.None);
        return new GapMeasurement(gapCase, result.Gaps.LongestFromUs(cutUs) / 1e3, result);
    }
}
