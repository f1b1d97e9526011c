using Multipath.Lab.Packets.Runs;
using Multipath.Protocol.Primitives;
using Multipath.Simulation.Tests.Support;

namespace Multipath.Simulation.Tests;

public sealed class SeedReportTests
{
    [Fact]
    public void A_failure_names_its_seed_and_the_line_that_replays_it_and_leaves_captures()
    {
        var plan = SeedPlanner.Plan(77, 1000) with { Limit = new Instant(1) };

        var (result, report) = SeedCheck.Run(plan, SeedRunner.Captures);

        Assert.StartsWith("not over at 0.000001s: client wrote 0", result.Fault, StringComparison.Ordinal);
        Assert.Contains("seed 77: not over at", report, StringComparison.Ordinal);
        Assert.Contains("replay: dotnet run --project tests/Bench -- simulation --seed 77 --bytes 1000", report, StringComparison.Ordinal);
        Assert.Contains("trace of the second run: the same", report, StringComparison.Ordinal);
        var sent = File.ReadAllBytes(Path.Combine(SeedRunner.Captures, "seed-77.sent.pcap"));
        Assert.Equal([0xD4, 0xC3, 0xB2, 0xA1], sent[..4]);
        Assert.True(sent.Length > 80, "the SYN is in the capture");
    }

    [Fact]
    public void A_seed_has_one_plan_and_seeds_differ()
    {
        Assert.Equal(SeedPlanner.Plan(5, 1000).ToString(), SeedPlanner.Plan(5, 1000).ToString());
        Assert.Equal(100, Enumerable.Range(0, 100).Select(seed => SeedPlanner.Plan((ulong)seed, 1000).ToString()).Distinct().Count());
    }

    [Fact]
    public void Plans_cover_every_kind_of_trouble()
    {
        var plans = string.Concat(Enumerable.Range(0, 300).Select(seed => SeedPlanner.Plan((ulong)seed, 1000).ToString()));

        foreach (var trouble in (string[])
        [
            "strips MPTCP", "strips MP_CAPABLE", "drops MPTCP SYNs", "strips ADD_ADDR", "strips MP_JOIN", "rewrites", "splits", "merges",
            "rudely", "translates", "forgets", "changes payload", "Down", "Blackhole", "IPv6", "IPv4", "checksum", "short", "reads",
            "announces", "reacts", "redundant", "blest", "ecf", "lia", "olia", "cubic", "reno", " backup joins",
            "client offloads", "server offloads", "client gathers", "server gathers", "keepalive", "client aborts", "server aborts",
            "drops MPTCP SYN/ACKs", "no timestamps", "client paces", "server paces", "client leaves", "server leaves", "client vanishes",
            "server vanishes",
        ])
        {
            Assert.Contains(trouble, plans, StringComparison.Ordinal);
        }
    }
}
