using Multipath.Lab.Packets.Runs;
using Multipath.Simulation.Tests.Support;

namespace Multipath.Simulation.Tests;

/// <summary>
/// Transfers over two or three paths that lose, reorder, change and fail, through middleboxes, with the whole stack at both ends. A seed
/// is a plan; what a seed once found has its own name in <see cref="FormerFailureTests"/>.
/// </summary>
public sealed class SeededTransferTests
{
    private const int Seeds = 2_000;
    private const int Repeated = 100;
    private const long Bytes = 1 << 20;

    /// <summary>A third of what is gathered in fact, which changes with what the stack sends.</summary>
    private const long LeastGathered = 10_000;

    [Fact]
    public void Every_seed_ends_with_the_right_bytes_at_both_ends_and_no_rule_broken()
    {
        var (reports, gathered) = SeedRunner.Run(0, Seeds, Bytes);

        Assert.Empty(reports);
        Assert.InRange(gathered, LeastGathered, long.MaxValue);
    }

    [Fact]
    public void A_seed_has_the_same_trace_each_time()
    {
        for (var seed = 5000UL; seed < 5000 + Repeated; seed++)
        {
            var plan = SeedPlanner.Plan(seed, Bytes);
            Assert.Equal(TransferRun.Run(plan).TraceHash, TransferRun.Run(plan).TraceHash);
        }
    }
}
