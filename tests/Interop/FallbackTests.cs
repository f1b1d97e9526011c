using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Interop.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Interop.Tests;

/// <summary>Peers and ways that know only TCP (RFC 8684 section 3.7).</summary>
public sealed class FallbackTests
{
    private const long Bytes = 3_000_000;

    [Theory]
    [CombinatorialBools]
    public async Task A_peer_of_plain_tcp_is_served(bool weConnect, bool ipv6, bool offload)
    {
        using var bed = Bed.Create(new BedOptions { Ipv6 = ipv6, Offload = offload });
        var pair = await bed.ConnectAsync(weConnect, plainPeer: true);
        Assert.False((await bed.InfoAsync(pair)).IsMultipath);
        await bed.ExchangeAsync(pair, Bytes);
    }

    [Theory]
    [CombinatorialBools]
    public async Task We_speak_plain_tcp_to_a_kernel_that_offers_more(bool weConnect)
    {
        using var bed = Bed.Create();
        var pair = await bed.ConnectAsync(weConnect, new Protocol.ConnectionOptions { Multipath = false });
        Assert.False(pair.Kernel.IsMptcp);
        await bed.ExchangeAsync(pair, Bytes);
    }

    [Theory]
    [CombinatorialBools]
    public async Task Options_stripped_from_every_packet_leave_plain_tcp(bool weConnect, bool ipv6)
    {
        using var bed = Bed.Create(new BedOptions { Ipv6 = ipv6, Between = inner => new OptionStripper(inner, _ => true) });
        var pair = await bed.ConnectAsync(weConnect);
        Assert.False((await bed.InfoAsync(pair)).IsMultipath);
        Assert.False(pair.Kernel.IsMptcp);
        await bed.ExchangeAsync(pair, Bytes);
    }

    [Theory]
    [CombinatorialBools]
    public async Task Options_stripped_from_synchronising_packets_of_one_direction_leave_plain_tcp(bool weConnect, bool incoming)
    {
        using var bed = Bed.Create(new BedOptions
        {
            Between = inner => new OptionStripper(inner, one => one.IsSyn && one.Incoming == incoming),
        });
        var pair = await bed.ConnectAsync(weConnect);
        Assert.False((await bed.InfoAsync(pair)).IsMultipath);
        await bed.ExchangeAsync(pair, Bytes);
    }

    [Theory]
    [CombinatorialBools]
    public async Task Options_stripped_after_the_handshake_leave_plain_tcp(bool weConnect)
    {
        using var bed = Bed.Create(new BedOptions { Between = inner => new OptionStripper(inner, one => !one.IsSyn) });
        var pair = await bed.ConnectAsync(weConnect);
        Assert.False((await bed.InfoAsync(pair)).IsMultipath);
        await bed.ExchangeAsync(pair, Bytes);
    }

    [Theory]
    [CombinatorialBools]
    public async Task Options_stripped_on_a_later_subflow_cost_that_subflow_alone(bool synOnly, bool weJoin)
    {
        using var bed = Bed.Create(new BedOptions
        {
            Between = inner => new OptionStripper(inner, one => one.Path == 2 && (one.IsSyn || !synOnly)),
        });
        var pair = await bed.ConnectAsync(weConnect: true);
        var token = (await bed.InfoAsync(pair)).Token;
        Assert.Null(weJoin
            ? bed.Plane.Create(token, new PmAddress(bed.Ours(2), Id: 2), new PmAddress(bed.Theirs(2), (ushort)pair.Port))
            : bed.Kernel.CreateSubflow(
                pair.KernelToken, new PmAddress(bed.Theirs(2), Id: 2), new PmAddress(bed.Ours(2), (ushort)pair.Ours.Local.Port)));
        await Eventually.HoldsAsync("one subflow is left", async () =>
            (await bed.SubflowsAsync(pair)).Length == 1 && bed.KernelSubflows(pair) == 1);
        await bed.ExchangeAsync(pair, Bytes);
        Assert.True(pair.Kernel.IsMptcp);
        Assert.True((await bed.InfoAsync(pair)).IsMultipath);
    }
}
