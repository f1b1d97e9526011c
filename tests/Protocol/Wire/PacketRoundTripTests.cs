using FsCheck;
using FsCheck.Fluent;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Wire;

public sealed class PacketRoundTripTests
{
    private static readonly Config _many = Config.QuickThrowOnFailure.WithMaxTest(5_000);

    [Fact]
    public void What_is_written_is_read() => Prop.ForAll<ulong>(seed =>
    {
        var segment = new AnySegment(seed);
        Assert.Equal(PacketFault.None, PacketParser.Parse(segment.ToPacket(), checksumTrusted: false, out var parsed));
        Assert.Equal(segment.Tuple.Reversed, parsed.Tuple);
        Assert.Equal(segment.Header.Seq, parsed.Seq);
        Assert.Equal(segment.Header.Ack, parsed.Ack);
        Assert.Equal(segment.Header.Flags, parsed.Flags);
        Assert.Equal(segment.Header.Window, parsed.Window);
        Assert.True(parsed.Payload.SequenceEqual(segment.Payload));
        AssertSame(in segment.Header.Options, in parsed.Options);
    }).Check(_many);

    [Fact]
    public void A_partial_checksum_is_completed_by_summing_the_segment() => Prop.ForAll<ulong>(seed =>
    {
        var segment = new AnySegment(seed);
        var full = segment.ToPacket();
        var partial = segment.ToPacket(ChecksumMode.Partial);
        var start = segment.Tuple.Local.Address.IsV4 ? 20 : 40;
        TcpView.SetChecksum(partial.AsSpan(start), (ushort)~Checksum.Sum(partial.AsSpan(start)));
        Assert.Equal(full, partial);
    }).Check(_many);

    [Fact]
    public void Whatever_is_read_can_be_written_and_read_again() => Prop.ForAll<ulong>(seed =>
    {
        var packet = Mutation.Of(new AnySegment(seed).ToPacket(), seed);
        if (PacketParser.Parse(packet, checksumTrusted: true, out var parsed) != PacketFault.None)
        {
            return;
        }

        var header = new SegmentHeader { Seq = parsed.Seq, Ack = parsed.Ack, Flags = parsed.Flags, Window = parsed.Window };
        header.Options = parsed.Options;
        var copy = new byte[packet.Length];
        var length = PacketWriter.Write(copy, parsed.Tuple.Reversed, header, parsed.Payload);
        Assert.True(PacketParser.TryParse(copy.AsSpan(0, length), out var again));
        Assert.Equal(parsed.Tuple, again.Tuple);
        Assert.True(parsed.Payload.SequenceEqual(again.Payload));
        AssertSame(in parsed.Options, in again.Options);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000));

    private static void AssertSame(in TcpOptions expected, in TcpOptions actual)
    {
        Assert.Equal(expected.Mss, actual.Mss);
        Assert.Equal(expected.WindowScale, actual.WindowScale);
        Assert.Equal(expected.SackPermitted, actual.SackPermitted);
        Assert.Equal(expected.Timestamps, actual.Timestamps);
        Assert.Equal(expected.Sack, actual.Sack);
        Assert.Equal(expected.Mptcp.Kinds, actual.Mptcp.Kinds);
        Assert.Equal(expected.Mptcp.Capable, actual.Mptcp.Capable);
        Assert.Equal(expected.Mptcp.Join, actual.Mptcp.Join);
        Assert.Equal(expected.Mptcp.Dss, actual.Mptcp.Dss);
        Assert.Equal(expected.Mptcp.AddAddr, actual.Mptcp.AddAddr);
        Assert.Equal(expected.Mptcp.RemoveAddr, actual.Mptcp.RemoveAddr);
        Assert.Equal(expected.Mptcp.Prio, actual.Mptcp.Prio);
        Assert.Equal(expected.Mptcp.Fail, actual.Mptcp.Fail);
        Assert.Equal(expected.Mptcp.FastClose, actual.Mptcp.FastClose);
        Assert.Equal(expected.Mptcp.Reset, actual.Mptcp.Reset);
    }
}
