using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Wire.Tcp;
using Multipath.Protocol.Trace;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Trace;

public sealed class PacketPrinterTests
{
    [Theory]
    [InlineData(TcpFlags.Syn, "020405b4" + "0402" + "080a0000000100000000" + "030307" + "1e040181",
        "[S] seq 1 win 9 len 2 <mss 1460, sackOK, ts 1/0, wscale 7, capable v1 csum>")]
    [InlineData(TcpFlags.Syn | TcpFlags.Ack, "1e0c012154f04ad5bd2d9f42",
        "[SA] seq 1 ack 2 win 9 len 2 <capable v1 nojoin key 54f04ad5bd2d9f42>")]
    [InlineData(TcpFlags.Ack, "1e160101ff2ec3a2f615188154f04ad5bd2d9f4205b4",
        "[A] seq 1 ack 2 win 9 len 2 <capable v1 key ff2ec3a2f6151881 54f04ad5bd2d9f42 len 1460>")]
    [InlineData(TcpFlags.Syn, "1e0c1103eef7df2fc0d346f6", "[S] seq 1 win 9 len 2 <join backup id 3 token eef7df2f nonce c0d346f6>")]
    [InlineData(TcpFlags.Ack, "1e1c201f0000000000000007000000000000000800000000000105ff",
        "[A] seq 1 ack 2 win 9 len 2 <dss ack 7 map 8 subflow 0 len 1 csum 05ff fin>")]
    [InlineData(TcpFlags.Ack, "050a000000050000000a" + "1e0a3101c000020101bb",
        "[A] seq 1 ack 2 win 9 len 2 <sack 5-10, add-addr echo id 1 192.0.2.1 port 443>")]
    [InlineData(TcpFlags.Ack, "1e054001021e0351", "[A] seq 1 ack 2 win 9 len 2 <remove-addr 1 2, prio backup>")]
    [InlineData(TcpFlags.Rst, "1e0c60000000000000000005" + "1e048106",
        "[R] seq 1 win 9 len 2 <fail 5, reset MiddleboxInterference transient>")]
    [InlineData(TcpFlags.Ack, "1e0c700000000000000000ff", "[A] seq 1 ack 2 win 9 len 2 <fastclose 00000000000000ff>")]
    [InlineData(TcpFlags.Fin | TcpFlags.Psh | TcpFlags.Ack, "", "[FPA] seq 1 ack 2 win 9 len 2")]
    public void A_segment_is_one_line(TcpFlags flags, string options, string expected)
    {
        var header = new SegmentHeader
        {
            Seq = new Seq32(1),
            Ack = new Seq32(2),
            Flags = flags,
            Window = 9,
            Options = OptionBytes.Read(options),
        };
        var buffer = new byte[200];
        var tuple = new FourTuple(Endpoint.Parse("10.0.0.1:1000"), Endpoint.Parse("10.0.0.2:80"));
        var length = PacketWriter.Write(buffer, tuple, header, "ab"u8);
        Assert.Equal("10.0.0.1:1000 > 10.0.0.2:80 " + expected, PacketPrinter.Print(buffer.AsSpan(0, length)));
    }

    [Fact]
    public void What_is_no_segment_is_named_with_its_fault() => Assert.Equal("Malformed, 3 bytes", PacketPrinter.Print([1, 2, 3]));
}
