using FsCheck;
using FsCheck.Fluent;
using Multipath.Agent.DataPlanes.Tun;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

public sealed class VirtioNetHeaderTests
{
    [Fact]
    public void What_is_written_is_read_again() => Prop.ForAll<byte, ushort, ushort>((small, one, two) =>
    {
        var header = new VirtioNetHeader(small, (byte)~small, one, two, (ushort)~two, (ushort)~one);
        var bytes = new byte[VirtioNetHeader.Length];
        header.Write(bytes);
        return VirtioNetHeader.TryRead(bytes, out var read) && read == header;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_are_read_or_refused() => Prop.ForAll<byte[]>(bytes =>
        VirtioNetHeader.TryRead(bytes, out var header) == bytes.Length >= VirtioNetHeader.Length
        && header.TcpSegmentSize is var size && (size == 0 || size == header.SegmentSize)).QuickCheckThrowOnFailure();

    [Fact]
    public void An_ipv4_segment_to_be_cut_names_its_headers_and_its_checksum()
    {
        var packet = new byte[60];
        (packet[0], packet[20 + 12]) = (0x45, 0x80);
        var bytes = new byte[VirtioNetHeader.Length];
        VirtioNetHeader.ForTcp(packet, 1400, partialChecksum: true).Write(bytes);
        Assert.Equal("0101340078051400" + "1000", Convert.ToHexString(bytes));
    }

    [Fact]
    public void An_ipv6_segment_that_only_needs_its_checksum_is_not_cut()
    {
        var packet = new byte[80];
        (packet[0], packet[40 + 12]) = (0x60, 0xA0);
        var header = VirtioNetHeader.ForTcp(packet, 0, partialChecksum: true);
        Assert.Equal(new VirtioNetHeader(1, 0, 80, 0, 40, 16), header);
        Assert.Equal(4, VirtioNetHeader.ForTcp(packet, 1380, partialChecksum: true).Gso);
    }

    [Fact]
    public void A_complete_packet_needs_nothing() =>
        Assert.Equal(default, VirtioNetHeader.ForTcp(new byte[40], 0, partialChecksum: false));

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public void A_checksum_that_the_kernel_owes_or_has_verified_is_trusted(byte flags, bool trusted) =>
        Assert.Equal(trusted, new VirtioNetHeader(flags, 0, 0, 0, 0, 0).ChecksumTrusted);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1400)]
    [InlineData(4, 1400)]
    [InlineData(0x81, 1400)]
    [InlineData(3, 0)]
    public void Only_tcp_is_many_segments(byte gso, ushort segment) =>
        Assert.Equal(segment, new VirtioNetHeader(0, gso, 0, 1400, 0, 0).TcpSegmentSize);
}
