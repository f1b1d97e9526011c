using FsCheck;
using FsCheck.Fluent;
using Multipath.Protocol.Trace;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Tests.Wire;

public sealed class PacketFuzzTests
{
    [Fact]
    public void Any_bytes_are_read_without_an_exception() => Prop.ForAll<byte[], bool>((bytes, isV4) =>
    {
        ReadAll(bytes);
        ReadAll([(byte)(isV4 ? 0x45 : 0x60), .. bytes]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000).WithEndSize(400));

    [Fact]
    public void Mutated_packets_are_read_without_an_exception() => Prop.ForAll<ulong>(
        seed => ReadAll(Mutation.Of(new AnySegment(seed).ToPacket(), seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [Fact]
    public void A_bit_that_flips_is_found_by_a_checksum() => Prop.ForAll<ulong, uint>((seed, bit) =>
    {
        var segment = new AnySegment(seed);
        var packet = segment.ToPacket();

        // The IPv6 header has no checksum; what is in its first eight bytes is in no pseudo header.
        var free = segment.Tuple.Local.Address.IsV4 ? 0 : 8;
        var at = free + (int)(bit / 8 % (packet.Length - free));
        packet[at] ^= (byte)(1 << (int)(bit % 8));
        Assert.False(PacketParser.TryParse(packet, out _));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    private static void ReadAll(byte[] bytes)
    {
        PacketParser.Parse(bytes, checksumTrusted: false, out _);
        PacketParser.Parse(bytes, checksumTrusted: true, out _);
        PacketTooBig.TryParse(bytes, out _);
        Assert.NotEmpty(PacketPrinter.Print(bytes));
    }
}
