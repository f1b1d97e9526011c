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
        await CheckAsync(path => RunAsync(path, weConnect, ipv6, checksum), "tcp.options.mptcp.subtype");
    }

    /// <summary>
    /// The kernel's options are lost on the way to us once data flows: we go on as plain TCP, and say so by a mapping without end
    /// (RFC 8684 section 3.7).
    /// </summary>
    [Theory]
    [CombinatorialBools]
    public async Task A_mapping_without_end_is_read_as_one(bool ipv6, bool checksum)
    {
        Assert.SkipUnless(Tshark.IsInstalled, "needs tshark");
        await CheckAsync(path => FallBackAsync(path, ipv6, checksum), "tcp.options.mptcp.datalvllen == 0 && tcp.len > 0");
    }

    private static async Task CheckAsync(Func<string, Task> run, string filter)
    {
        var path = Path.Combine(Path.GetTempPath(), $"interop{Environment.ProcessId}-{Guid.NewGuid():N}.pcap");
        try
        {
            await run(path);
            Assert.NotEqual(0, await Tshark.CountAsync(path, filter, Cancellation));
            Assert.Empty(await Tshark.FaultsAsync(path, Cancellation));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task FallBackAsync(string path, bool ipv6, bool checksum)
    {
        var isLossy = false;
        using var bed = Bed.Create(new BedOptions
        {
            Ipv6 = ipv6,
            Checksum = checksum,
            Offload = false,
            Between = inner => PacketRecorder.Start(
                new OptionStripper(inner, one => Volatile.Read(ref isLossy) && one.Incoming),
                new TunRecording { Pcap = path },
                TimeProvider.System),
        });
        var pair = await bed.ConnectAsync(weConnect: true);
        Volatile.Write(ref isLossy, true);
        await bed.ExchangeAsync(pair, 500_000);
        Assert.False((await bed.InfoAsync(pair)).IsMultipath);
        Assert.Equal(1, bed.KernelCounter("InfiniteMapRx"));
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
