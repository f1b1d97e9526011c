using Multipath.Lab.Baselines;
using Multipath.Lab.Net;
using Multipath.Lab.Traffic;

namespace Multipath.Lab.Compare;

/// <summary>A comparison that is not a cut.</summary>
/// <param name="Name">The case.</param>
/// <param name="Measure">Runs it so many times.</param>
internal sealed record ExtraCase(string Name, Func<int, CancellationToken, CaseResult> Measure);

/// <summary>What three links carry together, and how often the reflex is wrong on a lossy, jittery path.</summary>
internal static class ExtraCases
{
    private const string Aggregation = "aggregation over three links, 20 s bulk upload";
    private const string FalseAlarms = "false alarms in a minute, 1% loss, 30 ms jitter redrawn each 50 ms";
    private const double AggregationSeconds = 20;
    private const double JitterSeconds = 60;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ExtraCase> All { get; } = [new(Aggregation, Aggregate), new(FalseAlarms, CountFalseAlarms)];

    private static CaseResult Aggregate(int runs, CancellationToken cancellation)
    {
        // Each takes 20 s: three runs tell the median of a figure that varies by a percent.
        var rounds = Math.Min(runs, 3);
        List<double> kernel = [], ours = [];
        var intact = true;
        for (var round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            kernel.Add(Carry(topology =>
            {
                new KernelBaseline(Backup: false).Configure(topology.Client, topology.Server, topology.Links);
                return null;
            }));
            ours.Add(Carry(topology => Contestants.Steer(topology, backup: false, stopSilo: false)));
        }

        return new CaseResult(
            Aggregation, "Mbit/s", [new("kernel", kernel), new("ours", ours)], new Goal(32.5, 32.7, AtLeast: true), intact);

        double Carry(Func<GapTopology, IDisposable?> steer)
        {
            using var topology = GapTopology.Create(uplinks: 3, endOnSignals: false);
            using var charge = steer(topology);
            var result = Transfer.Start(TransferSpec.Bulk(Direction.Upload, AggregationSeconds), topology.Client, topology.Server).Wait();
            intact &= result.IsIntact;
            return result.Goodput.MegabitsPerSecond(0, AggregationSeconds);
        }
    }

    private static CaseResult CountFalseAlarms(int runs, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var topology = GapTopology.Create(endOnSignals: false);
        foreach (var link in topology.Links)
        {
            link.Set(knobs => knobs with
            {
                Loss = 0.01,
                Jitter = TimeSpan.FromMilliseconds(30),
                JitterEvery = TimeSpan.FromMilliseconds(50),
            });
        }

        using var fleet = Contestants.Steer(topology, backup: true, stopSilo: false);
        var result = Transfer.Start(TransferSpec.Stream(Direction.Upload, 5, JitterSeconds), topology.Client, topology.Server).Wait();
        return new CaseResult(FalseAlarms, "", [new("ours", [fleet.FalseAlarms])], new Goal(2, 1), result.IsIntact);
    }
}
