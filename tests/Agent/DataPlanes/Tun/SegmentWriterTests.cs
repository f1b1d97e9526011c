using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Interop;
using Multipath.TestKit;
using static Multipath.Agent.Tests.DataPlanes.Tun.Segments;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

/// <summary>Pieces that are written many at once and those that are written one by one are the same.</summary>
public sealed class SegmentWriterTests
{
    private const int PieceBytes = 100;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void More_pieces_than_one_call_takes_are_written_whole_and_in_order(bool batches)
    {
        using var reader = new Socket(SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        reader.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var target = new Socket(SocketType.Dgram, ProtocolType.Udp);
        target.Connect(reader.LocalEndPoint!);
        using var writer = Open((int)target.Handle, batches);
        for (var round = 0; round < 3; round++)
        {
            const int pieces = WriteRing.Capacity + 6;
            Assert.Equal(pieces, writer.Write(Packet(true, 0, pieces * PieceBytes), PieceBytes, out var refused));
            Assert.Equal(0, refused);
            for (var i = 0; i < pieces; i++)
            {
                Assert.Equal(Packet(true, i * PieceBytes, PieceBytes), Next(reader));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_an_interface_that_is_down_does_not_take_is_counted_and_the_next_is_taken(bool batches)
    {
        Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
        using var lab = new NetLab();
        var netns = lab.Add("t");
        using var device = TunDevice.Create(new TunOptions("tun0") { Netns = netns, Offload = false });
        using var writer = Open(device.Fd, batches);
        Assert.Equal(5, writer.Write(Packet(true, 0, 5 * Size), Size, out var refused));
        Assert.Equal(5, refused);
        device.SetUp(true);
        Assert.Equal(3, writer.Write(Packet(true, 0, 3 * Size), Size, out refused));
        Assert.Equal(0, refused);
        var received = NetLab.Ip("netns", "exec", netns, "cat", "/sys/class/net/tun0/statistics/rx_packets");
        Assert.Equal(3, int.Parse(received, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_file_that_cannot_be_written_without_waiting_has_no_ring()
    {
        using var file = File.OpenHandle("/proc/self/comm", FileMode.Open, FileAccess.Write);
        using var ring = WriteRing.TryOpen((int)file.DangerousGetHandle());
        Assert.Null(ring);
    }

    private static SegmentWriter Open(int fd, bool batches)
    {
        var writer = new SegmentWriter(fd, batches);
        Assert.SkipWhen(batches && !writer.Batches, "io_uring is not allowed here");
        Assert.Equal(batches, writer.Batches);
        return writer;
    }

    // What the ring was tried with is empty.
    private static byte[] Next(Socket reader)
    {
        var buffer = new byte[2048];
        int length;
        do
        {
            length = reader.Receive(buffer);
        }
        while (length == 0);

        return buffer[..length];
    }
}
