using System.Globalization;
using System.Text;
using Multipath.Lab.Packets;
using Multipath.Lab.Packets.Runs;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Simulation.Tests;

/// <summary>
/// What each scheduler makes of each mix of paths, held against a table that a person can read: after a change that is meant, the new
/// table in the output folder replaces the old one, and its difference is what the change does.
/// </summary>
public sealed class SchedulerTableTests
{
    private static readonly string[] _schedulers =
        ["minRtt", "linuxDefault", "roundRobin", "weighted", "redundant", "blest", "ecf", "backup", "cheapestFirst", "lowLatency"];

    private static readonly LossModel _onePercent = LossModel.Random(0.01);

    private static readonly PathMix[] _mixes =
    [
        new("three uplinks", [Path(20, 20, 0), Path(10, 50, 1), Path(5, 80, 4)], [0, 1, 4]),
        new("three uplinks, 1% loss", [Path(20, 20, 0, _onePercent), Path(10, 50, 1, _onePercent), Path(5, 80, 4, _onePercent)], [0, 1, 4]),
        new("two alike", [Path(10, 30, 1), Path(10, 30, 1)], [1, 1]),
        new("slow and cheap, fast and dear", [Path(2, 120, 0), Path(30, 30, 1)], [0, 1]),
        new("first dead for 5 s", [Path(20, 20, 0), Path(10, 50, 1)], [0, 1])
        {
            Changes =
            [
                new StateChange(new Instant(6_000_000), 0, LinkState.Blackhole),
                new StateChange(new Instant(11_000_000), 0, LinkState.Up),
            ],
        },
    ];

    [Fact]
    public void Schedulers_make_of_the_mixes_what_the_table_says()
    {
        var name = "schedulers.golden.txt";
        var table = Table();
        var actual = System.IO.Path.Combine(AppContext.BaseDirectory, "schedulers.actual.txt");
        File.WriteAllText(actual, table);

        var golden = File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "Golden", name));
        Assert.True(golden == table, $"The table differs from tests/Simulation/Golden/{name}; the new one is {actual}\n{table}");
    }

    private static string Table()
    {
        var scores = new SchedulerScore[_mixes.Length, _schedulers.Length];
        Parallel.For(0, scores.Length, cell =>
        {
            var (mix, scheduler) = Math.DivRem(cell, _schedulers.Length);
            scores[mix, scheduler] = SchedulerRun.Measure(_mixes[mix], new ConnectionOptions { Scheduler = _schedulers[scheduler] });
        });

        var text = new StringBuilder();
        text.Append(
            "Goodput of a bulk transfer over 10 s; delay of messages of 4 KB, one each 20 ms for 30 s, in ms; price of a message's byte,\n"
            + "by the bytes that all copies and headers took on each path. CUBIC, both ends ours, simulated.\n");
        for (var mix = 0; mix < _mixes.Length; mix++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{_mixes[mix].Name}: {Describe(_mixes[mix])}\n");
            text.Append(CultureInfo.InvariantCulture, $"{"",-16}{"Mbit/s",8}{"p50",8}{"p90",8}{"p99",8}{"max",8}{"price",8}\n");
            for (var scheduler = 0; scheduler < _schedulers.Length; scheduler++)
            {
                var score = scores[mix, scheduler];
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{_schedulers[scheduler],-16}{score.Megabits,8:0.0}{score.Delay(0.5),8:0}{score.Delay(0.9),8:0}"
                    + $"{score.Delay(0.99),8:0}{score.Delay(1),8:0}{score.Cost,8:0.00}\n");
            }
        }

        return text.ToString();
    }

    private static string Describe(PathMix mix) => string.Join(" + ", mix.Paths.Select((path, index) => string.Create(
        CultureInfo.InvariantCulture,
        $"{path.Knobs.Up.BitsPerSecond / 1_000_000} Mbit/s {2 * path.Knobs.Up.Delay.TotalMilliseconds} ms at {mix.Prices[index]}")));

    private static PathPlan Path(double megabits, double rttMs, byte costClass, LossModel loss = default) =>
        new(LinkKnobs.Same(LaneKnobs.OfRoundTrip(megabits, rttMs) with { Loss = loss })) { CostClass = costClass };
}
