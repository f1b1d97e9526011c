using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Interop.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Interop.Tests;

/// <summary>Addresses announced and withdrawn, from either end (RFC 8684 section 3.4).</summary>
public sealed class AddressTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [CombinatorialBools]
    public async Task An_address_of_ours_is_heard_and_echoed(bool weConnect, bool ipv6)
    {
        using var bed = Bed.Create(new BedOptions { Ipv6 = ipv6 });
        var pair = await bed.ConnectAsync(weConnect);
        Assert.Null(bed.Plane.Announce((await bed.InfoAsync(pair)).Token, bed.Ours(2), 5));
        var heard = await NextAsync<MptcpEvent.Announced>(bed.Kernel.Events);
        Assert.Equal(new MptcpEvent.Announced(pair.KernelToken, 5, bed.Ours(2), (ushort)pair.Ours.Local.Port), heard);
        Assert.Equal((1, 0), (bed.KernelCounter("AddAddr"), bed.KernelCounter("AddAddrDrop")));
        await bed.ExchangeAsync(pair, 100_000);
    }

    [Theory]
    [CombinatorialBools]
    public async Task An_address_of_the_kernels_is_heard_and_echoed(bool weConnect, bool ipv6)
    {
        using var bed = Bed.Create(new BedOptions { Ipv6 = ipv6 });
        var pair = await bed.ConnectAsync(weConnect);
        Assert.Null(bed.Kernel.Announce(pair.KernelToken, bed.Theirs(2), 6));
        var heard = await NextAsync<MptcpEvent.Announced>(bed.Plane.Events);
        var token = (await bed.InfoAsync(pair)).Token;
        Assert.Equal(new MptcpEvent.Announced(token, 6, bed.Theirs(2), (ushort)pair.Ours.Remote.Port), heard);
        await Eventually.HoldsAsync("the kernel heard the echo", () => bed.KernelCounter("EchoAdd") == 1);
    }

    [Theory]
    [CombinatorialBools]
    public async Task An_address_that_we_withdraw_takes_its_subflow_along(bool weConnect)
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect);
        await bed.JoinAsync(pair, weConnect, weJoin: true);
        var token = (await bed.InfoAsync(pair)).Token;
        Assert.Null(bed.Plane.Announce(token, bed.Ours(2), 2));
        _ = await NextAsync<MptcpEvent.Announced>(bed.Kernel.Events);
        Assert.Null(bed.Plane.Withdraw(token, 2));
        Assert.Equal(2, (await NextAsync<MptcpEvent.Removed>(bed.Kernel.Events)).RemoteId);
        await bed.HasSubflowsAsync(pair, 1);
        await bed.ExchangeAsync(pair, 100_000);
    }

    [Theory]
    [CombinatorialBools]
    public async Task An_address_that_the_kernel_withdraws_takes_its_subflow_along(bool weConnect)
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect);
        Assert.Null(bed.Kernel.Announce(pair.KernelToken, bed.Theirs(2), 2));
        _ = await NextAsync<MptcpEvent.Announced>(bed.Plane.Events);
        await bed.JoinAsync(pair, weConnect, weJoin: false);
        Assert.Null(bed.Kernel.Withdraw(pair.KernelToken, 2));
        Assert.Equal(2, (await NextAsync<MptcpEvent.Removed>(bed.Plane.Events)).RemoteId);
        await bed.HasSubflowsAsync(pair, 1);
        await bed.ExchangeAsync(pair, 100_000);
    }

    [Theory]
    [CombinatorialBools]
    public async Task We_withdraw_an_address_whose_subflow_is_gone(bool first)
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect: true);
        await bed.JoinAsync(pair, weConnect: true, weJoin: true);
        var (id, address) = first ? ((byte)0, bed.Ours(1)) : ((byte)2, bed.Ours(2));
        var held = Assert.Single(bed.Plane.Snapshot().Connections);
        var gone = Assert.Single(held.Subflows, one => one.Tuple.LocalAddress.Equals(address));
        Assert.Null(bed.Plane.Destroy(held.Token, gone.Tuple));
        Assert.Null(first ? null : bed.Plane.Announce(held.Token, address, id));
        Assert.Null(bed.Plane.Withdraw(held.Token, id));
        Assert.Equal(id, (await NextAsync<MptcpEvent.Removed>(bed.Kernel.Events)).RemoteId);
        await bed.ExchangeAsync(pair, 100_000);
    }

    [Theory]
    [CombinatorialBools]
    public async Task The_kernel_withdraws_an_address_whose_subflow_is_gone(bool first)
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect: false);
        await bed.JoinAsync(pair, weConnect: false, weJoin: false);
        var (id, address) = first ? ((byte)0, bed.Theirs(1)) : ((byte)2, bed.Theirs(2));
        var held = Assert.Single(bed.Kernel.Snapshot().Connections);
        var gone = Assert.Single(held.Subflows, one => one.Tuple.LocalAddress.Equals(address));
        Assert.Null(bed.Kernel.DestroySubflow(held.Token, gone.Tuple));
        Assert.Equal(first ? null : "EINVAL", bed.Kernel.Withdraw(held.Token, id)?.Name);
        Assert.Null(first ? null : bed.Kernel.Announce(held.Token, address, id));
        Assert.Null(first ? null : bed.Kernel.Withdraw(held.Token, id));
        await Eventually.HoldsAsync("it is told", () => bed.KernelCounter("RmAddrTx") == 1);
        await bed.ExchangeAsync(pair, 100_000);
    }

    [Fact]
    public async Task The_events_and_the_snapshot_of_the_plane_agree_with_the_kernels()
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect: true);
        await bed.JoinAsync(pair, weConnect: true, weJoin: true);
        var token = (await bed.InfoAsync(pair)).Token;
        Assert.Equal(token, (await NextAsync<MptcpEvent.Created>(bed.Plane.Events)).Token);
        Assert.Equal(token, (await NextAsync<MptcpEvent.Established>(bed.Plane.Events)).Token);
        Assert.Equal(2, (await NextAsync<MptcpEvent.SubflowEstablished>(bed.Plane.Events)).Subflow.LocalId);
        var ours = Assert.Single(bed.Plane.Snapshot().Connections);
        var theirs = Assert.Single(bed.Kernel.Snapshot().Connections);
        Assert.Equal((token, false), (ours.Token, ours.ServerSide));
        Assert.Equal(
            theirs.Subflows.Select(one => PlaneReader.Convert(one.Tuple).Reversed.ToString()).Order(),
            ours.Subflows.Select(one => PlaneReader.Convert(one.Tuple).ToString()).Order());
    }

    [Fact]
    public async Task The_probe_of_the_plane_measures_what_the_snapshot_shows()
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect: true);
        await bed.ExchangeAsync(pair, 100_000);
        using var probe = bed.Plane.OpenProbe();
        var held = Assert.Single(Assert.Single(bed.Plane.Snapshot().Connections).Subflows);
        var sample = default(SubflowSample);
        await Eventually.HoldsAsync("all is acknowledged", () => TryRead(probe, held.Tuple, out sample) && sample.BytesAcked == 100_004);
        Assert.Equal(100_004UL, sample.BytesReceived);
        Assert.InRange(sample.LastAckMs, 0U, 10_000U);
        Assert.InRange(sample.LastDataSentMs, 0U, 10_000U);
        Assert.InRange(sample.LastDataReceivedMs, 0U, 10_000U);
        Assert.False(TryRead(probe, held.Tuple with { LocalPort = 1 }, out _));
    }

    private static bool TryRead(ISubflowProbe probe, FourTuple subflow, out SubflowSample sample)
    {
        Span<SubflowReading> reading = [default];
        probe.Read([new SubflowSocket(subflow, 0)], reading);
        sample = reading[0].Sample;
        return reading[0].Found;
    }

    private static async Task<T> NextAsync<T>(System.Threading.Channels.ChannelReader<MptcpEvent> events)
        where T : MptcpEvent
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        await foreach (var next in events.ReadAllAsync(patience.Token))
        {
            if (next is T wanted)
            {
                return wanted;
            }
        }

        throw new InvalidOperationException("The events ended.");
    }
}
