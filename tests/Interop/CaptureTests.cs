using Multipath.Agent.DataPlanes.Tun;
using Multipath.Interop.Tests.Support;
using Multipath.Protocol;
using Multipath.TestKit;

namespace Multipath.Interop.Tests;

/// <summary>Every packet that we send means the same to tshark as to us.</summary>
public sealed class CaptureTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [CombinatorialBools]
    public async Task No_packet_is_malformed_and_every_checksum_is_right(bool weConnect, bool ipv6, bool checksum)
    {
        Assert.SkipUnless(Tshark.IsInstalled, "needs tshark");
        var path = Path.Combine(Path.GetTempPath(), $"interop{Environment.ProcessId}-{Guid.NewGuid():N}.pcap");
        try
        {
            await RunAsync(path, weConnect, ipv6, checksum);
            Assert.NotEqual(0, await Tshark.CountAsync(path, "tcp.options.mptcp.subtype", Cancellation));
            Assert.Empty(await Tshark.FaultsAsync(path, Cancellation));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Whatever sends an option of each kind.</summary>
    private static async Task RunAsync(string path, bool weConnect, bool ipv6, bool checksum)
    {
        using var bed = Bed.Create(new BedOptions
        {
            Ipv6 = ipv6,
            Checksum = checksum,
            Offload = false,
            Between = inner => PacketRecorder.Start(inner, new TunRecording { Pcap = path }, TimeProvider.System),
        });
        var pair = await bed.ConnectAsync(weConnect);
        await bed.JoinAsync(pair, weConnect, weJoin: true);
        var info = await bed.InfoAsync(pair);
        var subflow = (await bed.SubflowsAsync(pair)).First(one => one.Tuple != info.Tuple).Tuple;
        Assert.Null(bed.Plane.Announce(info.Token, bed.Ours(2), 2));
        Assert.Null(bed.Kernel.Announce(pair.KernelToken, bed.Theirs(3), 7));
        Assert.Null(bed.Plane.SetBackup(info.Token, PlaneReader.Convert(subflow), backup: true));
        await bed.ExchangeAsync(pair, 500_000);
        Assert.Null(bed.Plane.Withdraw(info.Token, 2));
        await bed.HasSubflowsAsync(pair, 1);
        pair.Ours.Abort();
        Assert.Equal(EndReason.Aborted, await pair.Ours.Ended.WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
    }
}
