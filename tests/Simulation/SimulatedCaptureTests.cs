using Multipath.Lab.Packets;
using Multipath.Lab.Packets.Runs;
using Multipath.Simulation.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Simulation.Tests;

/// <summary>What is rarely sent means the same to tshark as to us: failures, aborts, addresses of IPv6.</summary>
public sealed class SimulatedCaptureTests
{
    private const long Bytes = 100_000;
    private const int SeedsToLookAt = 2_000;
    private const int Enough = 3;

    private const string Failure = "tcp.options.mptcp.subtype==6";
    private const string FastClose = "tcp.options.mptcp.subtype==7";
    private const string AddressOfV6 = "ipv6 && tcp.options.mptcp.subtype==3 && tcp.options.mptcp.port";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_checksum_failure() =>
        CheckAsync(plan => plan.ToString().Contains("changes payload", StringComparison.Ordinal), Failure);

    [Fact]
    public Task An_abort_and_its_repetitions() => CheckAsync(plan => plan.Abort is not null && !plan.Client.FastCloseByReset, FastClose);

    [Fact]
    public Task An_address_of_version_6_with_a_port() =>
        CheckAsync(plan => plan is { IsV6: true, ServerAnnounces: true, AnnouncesPort: true }, AddressOfV6);

    // Runs seeds of a kind until enough of them have sent what is looked for; all that these sent is read.
    private static async Task CheckAsync(Func<TransferPlan, bool> isWanted, string filter)
    {
        Assert.SkipUnless(Tshark.IsInstalled, "needs tshark");
        Directory.CreateDirectory(SeedRunner.Captures);
        var found = 0;
        for (var seed = 0UL; seed < SeedsToLookAt && found < Enough; seed++)
        {
            var plan = SeedPlanner.Plan(seed, Bytes);
            if (!isWanted(plan))
            {
                continue;
            }

            var path = Path.Combine(SeedRunner.Captures, $"tshark-{filter.GetHashCode(StringComparison.Ordinal):x8}-{seed}");
            using (var tap = new PcapTap(path))
            {
                Assert.Null(TransferRun.Run(plan, tap).Fault);
            }

            var sent = $"{path}.sent.pcap";
            Assert.Empty(await Tshark.FaultsAsync(sent, Cancellation));
            found += await Tshark.CountAsync(sent, filter, Cancellation) > 0 ? 1 : 0;
            File.Delete(sent);
            File.Delete($"{path}.delivered.pcap");
        }

        Assert.Equal(Enough, found);
    }
}
