using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.Tests.DataPlanes.Kernel;

public sealed class PmCodecTests
{
    [Fact]
    public void A_subflow_is_asked_for_in_these_bytes()
    {
        var writer = PmCodec.Begin(new byte[NetlinkWriter.RequestCapacity], 0x1c, PmCommand.CreateSubflow);
        PmCodec.WriteToken(ref writer, 0x11223344);
        PmCodec.WriteLocal(ref writer, new PmAddress(IPAddress.Parse("10.0.2.1"), Id: 5, Flags: EndpointFlags.Backup));
        PmCodec.WriteRemote(ref writer, new PmAddress(IPAddress.Parse("10.0.2.2"), 443));
        Assert.Equal(
            "5C000000" + "1C00" + "0500" + "00000000" + "00000000" + "0A010000"
            + "0800040044332211" // token
            + "24000180" + "0600010002000000" + "080003000A000201" + "0500020005000000" + "0800060004000000" // local: id 5, backup
            + "1C000680" + "0600010002000000" + "080003000A000202" + "06000500BB010000", // remote: port in host order
            Convert.ToHexString(writer.Finish()));
    }

    [Fact]
    public void An_ipv6_endpoint_is_read_as_it_was_written()
    {
        var endpoint = new PmAddress(IPAddress.Parse("2001:db8::7"), 8443, 3, EndpointFlags.Signal | EndpointFlags.FullMesh, 12);
        var writer = PmCodec.Begin(new byte[NetlinkWriter.RequestCapacity], 0x1c, PmCommand.AddAddress);
        PmCodec.WriteLocal(ref writer, endpoint);
        Assert.Equal(endpoint, PmCodec.ReadAddress(writer.Finish()[NetlinkConstants.HeaderSize..]));
    }

    [Fact]
    public void Limits_are_read_as_they_were_written()
    {
        var writer = PmCodec.Begin(new byte[NetlinkWriter.RequestCapacity], 0x1c, PmCommand.SetLimits);
        PmCodec.WriteLimits(ref writer, new PmLimits(4, 2));
        Assert.Equal(new PmLimits(4, 2), PmCodec.ReadLimits(writer.Finish()[NetlinkConstants.HeaderSize..]));
    }

    [Fact]
    public void A_closed_subflow_is_read_from_these_bytes()
    {
        var payload = Convert.FromHexString(
            "0B010000" + "0800010044332211" + "0600020002000000" + "0500030002000000" + "0500040000000000"
            + "080005000A000201" + "080007000A000202" + "06000900C3500000" + "06000A0001BB0000" // ports in network order
            + "05000B0001000000" + "05000C006E000000" + "0800100005000000");
        var facts = new SubflowFacts(
            new FourTuple(IPAddress.Parse("10.0.2.1"), 50000, IPAddress.Parse("10.0.2.2"), 443), 2, 0, Backup: true, InterfaceIndex: 0);
        Assert.Equal(new MptcpEvent.SubflowClosed(0x11223344, facts, 110, 5), MptcpEventCodec.Parse(payload));
    }

    [Theory]
    [InlineData("0500120001000000")] // attribute server-side
    [InlineData("06000D0002000000")] // flag of Linux 6.18
    public void Either_way_to_say_server_side_is_understood(string side)
    {
        var payload = Convert.FromHexString("01010000" + "0800010001000000" + "080005000A000001" + "080007000A000002" + side);
        Assert.True(Assert.IsType<MptcpEvent.Created>(MptcpEventCodec.Parse(payload)).ServerSide);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0A01")]
    [InlineData("0A010000")] // a subflow without addresses
    [InlineData("63010000")] // an event of the future
    public void An_event_that_lacks_what_it_must_have_is_none(string hex) =>
        Assert.Null(MptcpEventCodec.Parse(Convert.FromHexString(hex)));

    [Fact]
    public void Netstat_counters_are_read_by_name()
    {
        var counters = MptcpCounters.Parse("TcpExt: A B\nTcpExt: 1 2\nMPTcpExt: MPCapableSYNRX DssFallback Odd\nMPTcpExt: 12 3 x\n");
        Assert.Equal(2, counters.Count);
        Assert.Equal((12, 3), (counters["MPCapableSYNRX"], counters["DssFallback"]));
        Assert.Empty(MptcpCounters.Parse("TcpExt: A\nTcpExt: 1\n"));
    }
}
