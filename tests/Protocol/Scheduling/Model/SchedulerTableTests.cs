using System.Globalization;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling.Model;

/// <summary>Each scheduler on each mix of paths, as a table that a person reviews: what it gives and what it costs.</summary>
public sealed class SchedulerTableTests
{
    private static readonly Traffic Bulk = new(0, 0, 3_000);
    private static readonly Traffic Messages = new(4096, 20_000, 30_000);
    private static readonly Traffic Stream = new(4096, 6_554, 4_000); // 5 Mbit/s

    private static readonly PathShape[] Three = [new(20, 20), new(10, 50), new(5, 80)];
    private static readonly PathShape[] Lossy = [.. Three.Select(p => p with { Loss = 0.01 })];
    private static readonly PathShape[] Metered = [new(10, 30, 0.005), new(20, 60, 0.005, Cost: 1)];
    private static readonly PathShape[] Uneven = [new(20, 10), new(5, 200)];

    private static readonly SchedulerOptions Options = new() { LatencyTarget = Duration.FromMillis(50) };

    [Fact]
    public void Table_of_schedulers_and_path_mixes()
    {
        var lines = new List<string>
        {
            "bulk: goodput with unlimited data. 4 KB: a message each 20 ms, delays of all messages in ms, in order.",
            "sent: bytes sent over bytes delivered. dear: share of the sent bytes on paths of a higher cost class.",
        };
        lines.AddRange(Table(Three, 4 << 20));
        lines.AddRange(Table(Lossy, 4 << 20));
        lines.AddRange(Table(Metered, 4 << 20));
        lines.AddRange(Table(Uneven, 128 << 10));
        Golden.Matches("schedulers", lines);
    }

    [Fact]
    public void Table_of_a_path_that_goes_silent() => Golden.Matches(
        "schedulers-blackhole",
        Schedulers.Names.Select(name =>
        {
            PathShape[] shapes = [Three[0] with { DiesAtMs = 2_000 }, Three[1], Three[2]];
            Outcome outcome = new SchedulerModel(Create(name, Options), shapes, Stream).Run();
            return string.Create(CultureInfo.InvariantCulture, $"{name,-14} longest gap {outcome.LongestGap / 1000.0,6:0.0} ms");
        }).Prepend("5 Mbit/s over 20/50/80 ms; the 20 ms path goes silent after 2 s. Longest time without a delivery."));

    [Fact]
    public void Low_latency_halves_the_99th_percentile_of_messages_of_linuxDefault_under_loss()
    {
        long linux = Percentile(RunOf("linuxDefault", Lossy, Messages).Delays, 99);
        long own = Percentile(RunOf("lowLatency", Lossy, Messages).Delays, 99);
        Assert.True(own <= linux / 2, $"{own} us against {linux} us");
    }

    [Fact]
    public void A_run_repeats_itself()
    {
        Outcome first = RunOf("lowLatency", Lossy, Stream);
        Outcome second = RunOf("lowLatency", Lossy, Stream);
        Assert.Equal(first.Delays, second.Delays);
        Assert.Equal(first.Sent, second.Sent);
    }

    private static IEnumerable<string> Table(PathShape[] shapes, long window)
    {
        yield return "";
        string mix = string.Join(", ", shapes.Select(s => s.ToString()));
        yield return string.Create(CultureInfo.InvariantCulture, $"{mix}; window {window >> 10} KB");
        yield return "scheduler      | bulk Mbit  sent  dear | 4 KB  p50    p95    p99  p99.9  sent  dear";
        foreach (string name in Schedulers.Names.Except(["aggregate"]))
        {
            Outcome bulk = RunOf(name, shapes, Bulk, window);
            Outcome messages = RunOf(name, shapes, Messages, window);
            double mbit = bulk.Delivered * 8.0 / Bulk.Millis / 1000;
            string delays = string.Join(' ', new[] { 50, 95, 99, 99.9 }.Select(p =>
                (Percentile(messages.Delays, p) / 1000.0).ToString("0.0", CultureInfo.InvariantCulture).PadLeft(6)));
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{name,-14} | {mbit,9:0.0} {Cost(bulk, shapes)} |    {delays} {Cost(messages, shapes)}");
        }
    }

    private static string Cost(Outcome outcome, PathShape[] shapes)
    {
        double sent = outcome.Sent.Sum();
        double dear = outcome.Sent.Where((_, i) => shapes[i].Cost > 0).Sum();
        return string.Create(CultureInfo.InvariantCulture, $"{sent / outcome.Delivered,5:0.00} {100 * dear / sent,4:0}%");
    }

    private static Outcome RunOf(string name, PathShape[] shapes, Traffic traffic, long window = 4 << 20) =>
        new SchedulerModel(Create(name, Options), shapes, traffic, window).Run();

    private static long Percentile(List<long> delays, double percent)
    {
        List<long> sorted = [.. delays.Order()];
        return sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];
    }
}
