using System.Net;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.Tests.Netlink;

public sealed class NetlinkCodecTests
{
    [Fact]
    public void A_family_is_asked_for_in_these_bytes()
    {
        var writer = NetlinkWriter.Generic(new byte[64], NetlinkConstants.TypeGenericControl, 3, 1, NetlinkConstants.FlagAck);
        writer.Text(2, "mptcp_pm");
        Assert.Equal(
            "24000000" + "1000" + "0500" + "00000000" + "00000000" // length 36, nlctrl, REQUEST|ACK, sequence, port
            + "03010000" // CTRL_CMD_GETFAMILY, version 1
            + "0D000200" + "6D707463705F706D00" + "000000", // CTRL_ATTR_FAMILY_NAME "mptcp_pm\0", padding
            Convert.ToHexString(writer.Finish()));
    }

    [Fact]
    public void Nests_and_numbers_are_written_in_these_bytes()
    {
        var writer = new NetlinkWriter(new byte[128], 0x10, 0);
        var nest = writer.BeginNest(1);
        writer.U16(1, 2);
        writer.U8(2, 9);
        writer.Address(3, IPAddress.Parse("10.0.0.1"));
        writer.EndNest(nest);
        writer.U32(4, 0xdeadbeef);
        Assert.Equal(
            "34000000" + "1000" + "0100" + "00000000" + "00000000"
            + "1C000180" + "0600010002000000" + "0500020009000000" + "080003000A000001"
            + "08000400EFBEADDE",
            Convert.ToHexString(writer.Finish()));
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var writer = new NetlinkWriter(new byte[128], 0x20, NetlinkConstants.FlagAck);
        writer.Text(7, "eth0");
        writer.U16(8, 0x1234);
        var messages = new NetlinkMessages(writer.Finish());
        Assert.True(messages.TryNext(out var message));
        Assert.Equal((0x20, 5), (message.Type, message.Flags));
        var attributes = new NetlinkAttributes(message.Payload);
        Assert.True(attributes.TryNext(out var text));
        Assert.Equal("eth0", text.Text);
        Assert.True(attributes.TryNext(out var number));
        Assert.Equal((0x1234, 0x3412), (number.U16, number.U16BigEndian));
        Assert.False(attributes.TryNext(out _));
        Assert.False(messages.TryNext(out _));
        Assert.False(messages.Malformed);
    }

    [Fact]
    public void A_refusal_carries_the_kernels_text_and_offset()
    {
        var reply = Parse(
            "EAFFFFFF" // -EINVAL
            + "24000000" + "1C00" + "0500" + "07000000" + "00000000" // header of the request; its body is capped
            + "08000200" + "18000000" // NLMSGERR_ATTR_OFFS 24
            + "0E000100" + "62616420746F6B656E00" + "0000", // NLMSGERR_ATTR_MSG "bad token"
            NetlinkConstants.TypeError, NetlinkConstants.FlagCapped | NetlinkConstants.FlagAckAttributes);
        Assert.Equal(new NetlinkReply(22, "bad token", 24), reply);
    }

    [Fact]
    public void A_refusal_that_echoes_the_request_is_read_behind_the_echo()
    {
        var reply = Parse(
            "FEFFFFFF" + "18000000" + "1C00" + "0500" + "07000000" + "00000000" + "AABBCCDD00112233" // eight bytes of body
            + "07000100" + "6E6F0000",
            NetlinkConstants.TypeError, NetlinkConstants.FlagAckAttributes);
        Assert.Equal(new NetlinkReply(2, "no"), reply);
    }

    [Fact]
    public void An_acknowledgement_is_success() => Assert.True(
        Parse("00000000" + "24000000" + "1C00" + "0500" + "07000000" + "00000000", NetlinkConstants.TypeError, 0).Ok);

    [Fact]
    public void A_dump_without_a_body_at_its_end_is_success() => Assert.True(Parse("", NetlinkConstants.TypeDone, 0).Ok);

    [Theory]
    [InlineData("")]
    [InlineData("EAFF")]
    [InlineData("01000000")]
    [InlineData("00000080")]
    public void An_error_that_makes_no_sense_is_a_bad_message(string hex) =>
        Assert.Equal(Interop.Errno.BadMessage, Parse(hex, NetlinkConstants.TypeError, NetlinkConstants.FlagAckAttributes).Errno);

    [Theory]
    [InlineData("")]
    [InlineData("0F000000")] // shorter than a header
    [InlineData("0F0000001000000000000000FFFFFFFF")] // a length below that of a header
    [InlineData("110000001000000000000000FFFFFFFF")] // a length beyond the datagram
    [InlineData("FFFFFFFF1000000000000000FFFFFFFF")] // a length that is negative as a signed number
    public void Bytes_that_are_no_message_give_none(string hex)
    {
        var messages = new NetlinkMessages(Convert.FromHexString(hex));
        Assert.False(messages.TryNext(out _));
        Assert.Equal(hex.Length > 0, messages.Malformed);
    }

    private static NetlinkReply Parse(string payload, ushort type, int flags) =>
        NetlinkReply.Parse(new NetlinkMessage(type, (ushort)flags, 1, 0, Convert.FromHexString(payload)));
}
