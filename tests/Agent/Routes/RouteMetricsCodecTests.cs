using FsCheck;
using FsCheck.Fluent;
using Multipath.Agent.Netlink;
using Multipath.Agent.Routes;

namespace Multipath.Agent.Tests.Routes;

public sealed class RouteMetricsCodecTests
{
    private const ushort NewRoute = 24;

    /// <summary>10.9.0.0/16 in table 102 by interface 3, priority 7, with an MTU of 1400 (RTAX_MTU 2) among its metrics.</summary>
    private static readonly byte[] Example =
    [
        2, 16, 0, 0, 102, 3, 0, 1, 0, 0, 0, 0,
        8, 0, 1, 0, 10, 9, 0, 0,
        8, 0, 4, 0, 3, 0, 0, 0,
        8, 0, 6, 0, 7, 0, 0, 0,
        12, 0, 8, 0, 8, 0, 2, 0, 0x78, 5, 0, 0,
    ];

    [Fact]
    public void A_route_is_written_back_with_another_window_and_all_else_as_it_was()
    {
        var route = Parse(Example)!;
        Assert.Equal(("102 10.9.0.0/16 0 7 3", null), (route.Key.ToString(), route.InitialWindow));
        var raised = Parse(Replace(route, 40))!;
        Assert.Equal((route.Key, 40u), (raised.Key, raised.InitialWindow));
        Assert.Equal(Replace(route, null), Replace(raised, null));
    }

    [Theory]
    [InlineData(5, 2)]
    [InlineData(5, 9)]
    [InlineData(8, 16)]
    [InlineData(14, 30)]
    public void What_others_keep_or_what_is_not_known_is_left_alone(int at, byte value)
    {
        byte[] spoiled = [.. Example];
        spoiled[at] = value;
        Assert.Null(Parse(spoiled)!.Message);
    }

    [Fact]
    public void Hostile_bytes_are_a_route_or_none() => Prop.ForAll<byte[]>(bytes =>
    {
        byte[] spoiled = [.. Example, .. bytes];
        for (var i = 0; i < bytes.Length; i++)
        {
            spoiled[((bytes[i] * 7) + (i * 31)) % spoiled.Length] ^= bytes[i];
        }

        return Parse(spoiled) is not { Message: not null } route || Replace(route, 40).Length > 0;
    }).QuickCheckThrowOnFailure();

    private static KernelRoute? Parse(byte[] payload) => RouteMetricsCodec.Parse(new NetlinkMessage(NewRoute, 0, 1, 0, payload));

    /// <summary>The payload of the request.</summary>
    private static byte[] Replace(KernelRoute route, uint? window) => RouteMetricsCodec
        .Replace(new byte[RouteMetricsCodec.ReplaceSize(route.Message!)], route.Message, window)[NetlinkConstants.HeaderSize..].ToArray();
}
