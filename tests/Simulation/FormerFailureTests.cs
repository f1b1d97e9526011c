using Multipath.Lab.Packets.Runs;
using Multipath.Simulation.Tests.Support;

namespace Multipath.Simulation.Tests;

/// <summary>Seeds that once failed, with what they found. They run with the bytes that they failed with.</summary>
public sealed class FormerFailureTests
{
    private const long Bytes = 150_000;
    private const ulong WithExtras = 9828;
    private const ulong WithAllExtras = 2515;

    [Theory]
    [InlineData(0, "a signal without room behind SACK blocks asked for ACKs without end")]
    [InlineData(2, "the first data packet with short sequence numbers was above the MTU")]
    [InlineData(35, "a peer with long sequence numbers made data packets longer than the MTU")]
    [InlineData(8, "an overdue subflow beside one in its handshake was looked at without end")]
    [InlineData(18, "bytes that a slow reader had not read were forgotten with the connection")]
    [InlineData(206, "what a dead subflow owed hid that nobody carried the oldest byte")]
    [InlineData(393, "an echo that waited for the peer's first DSS asked for ACKs without end")]
    [InlineData(563, "a FIN that a translator swallowed kept a finished connection open")]
    [InlineData(987, "bytes that a slow reader had not read were forgotten with the connection")]
    [InlineData(1319, "an address without a data ACK made a peer fall back that never learned why")]
    [InlineData(1497, "a writer was not woken that a dead subflow held back")]
    [InlineData(1929, "the announcement of a fallback ended before the peer had it; addresses were announced after it")]
    [InlineData(2611, "joins were refused by an end that had all, while the other missed the last data ACK")]
    [InlineData(5487, "a subflow whose RST was lost was never asked whether it still lived", 1 << 20)]
    [InlineData(7401, "a subflow whose RST was lost was never asked whether it still lived", 1 << 20)]
    [InlineData(WithExtras, "linuxDefault waited for ever for a subflow whose round trip was never measured", 1 << 20)]
    [InlineData(31053, "round trips were measured by timestamps of duplicates and grew with each timeout", 1 << 20)]
    [InlineData(31337, "a dead subflow that owed only what others had brought was waited for", 1 << 20)]
    [InlineData(32303, "a half-closed plain connection was given up after a minute", 1 << 20)]
    [InlineData(33841, "an IPv6 packet with a damaged flow label is valid", 1 << 20)]
    [InlineData(WithAllExtras, "a server was waited for that never saw the third ACK of a client which had vanished", 1 << 20)]
    public void A_seed_that_once_failed_passes(ulong seed, string finding, long bytes = Bytes)
    {
        var extras = seed == WithAllExtras ? PlanExtras.All : seed == WithExtras ? PlanExtras.Some : PlanExtras.None;
        var plan = SeedPlanner.Plan(seed, bytes, extras);
        var (_, report) = SeedCheck.Run(plan, SeedRunner.Captures);

        Assert.True(report is null, $"{finding}\n{report}");
    }
}
