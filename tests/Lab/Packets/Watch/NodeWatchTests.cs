using Multipath.Lab.Packets;
using Multipath.Lab.Packets.Middleboxes;
using Multipath.Lab.Packets.Watch;
using Multipath.Lab.Tests.Packets.Support;

namespace Multipath.Lab.Tests.Packets.Watch;

public sealed class NodeWatchTests
{
    private static readonly byte[] _scaleOf2 = [3, 3, 2, 1];
    private readonly NodeWatch _watch = new("near", 1500);

    [Fact]
    public void Data_up_to_the_scaled_window_and_a_probe_beyond_pass()
    {
        Handshake();
        Receive(Answer(TcpBytes.Dss(5000, 0, 0, 0)));

        Send(Data(1901, 100, 5900));
        Send(Data(2001, 1, 6000));
    }

    [Fact]
    public void Data_beyond_the_subflows_window_are_a_fault()
    {
        Handshake();
        Receive(Answer([]));

        var fault = Assert.Throws<SimulationFaultException>(() => Send(Data(1903, 100, 0)));
        Assert.Equal("near, port 40000 to 443: sent 2 bytes beyond the subflow's window, 100 bytes at 903", fault.Message);
    }

    [Fact]
    public void Data_beyond_the_connections_window_are_a_fault()
    {
        Handshake();
        Receive(Answer(TcpBytes.Dss(5000, 0, 0, 0)));

        var fault = Assert.Throws<SimulationFaultException>(() => Send(Data(1001, 100, 5902)));
        var map = new DssView(HasAck: true, Ack: 1, HasMap: true, Dsn: 5902, Ssn: 1, Length: 100, Fin: false);
        Assert.Equal($"near, port 40000 to 443: sent 2 bytes beyond the data window, 100 bytes at 1 of {map}", fault.Message);
    }

    [Fact]
    public void A_data_window_that_shrinks_is_a_fault_and_one_that_shrinks_by_less_than_the_scale_can_say_is_not()
    {
        Handshake();
        Send(new TcpBytes { Window = 100, Options = TcpBytes.Dss(10_000, 0, 0, 0) });
        Send(new TcpBytes { Window = 90, Options = TcpBytes.Dss(10_043, 0, 0, 0) });
        Send(new TcpBytes { Window = 90, Options = TcpBytes.Dss(10_040, 0, 0, 0) });

        var shrunk = new TcpBytes { Window = 89, Options = TcpBytes.Dss(10_040, 0, 0, 0) };
        var fault = Assert.Throws<SimulationFaultException>(() => Send(shrunk));
        Assert.Equal("near, port 40000 to 443: the data window shrank by 7 bytes", fault.Message);
    }

    [Fact]
    public void A_packet_above_the_mtu_is_a_fault() =>
        Assert.Throws<SimulationFaultException>(() => Send(new TcpBytes { Payload = TcpBytes.Data(1461) }));

    [Fact]
    public void A_damaged_packet_promises_nothing()
    {
        Handshake();
        Receive(Answer([]));
        Receive(Answer([]) with { Window = 60_000 }, damaged: true);

        Assert.Throws<SimulationFaultException>(() => Send(Data(1903, 100, 0)));
    }

    private static TcpBytes Answer(byte[] options) => new()
    {
        Source = TcpBytes.Far,
        Destination = TcpBytes.Near,
        SourcePort = 443,
        DestinationPort = 40_000,
        Sequence = 2001,
        Acknowledgement = 1001,
        Window = 250,
        Options = options,
    };

    private static TcpBytes Data(uint sequence, int length, ulong dsn) => new()
    {
        Sequence = sequence,
        Acknowledgement = 2001,
        Payload = TcpBytes.Data(length),
        Options = TcpBytes.Dss(1, dsn, sequence - 1000, (ushort)length),
    };

    private void Handshake()
    {
        Send(new TcpBytes { Flags = TcpFrame.Syn, Sequence = 1000, Options = _scaleOf2 });
        Receive(Answer(_scaleOf2) with { Flags = TcpFrame.Syn | TcpFrame.Ack, Sequence = 2000, Window = 10 });
    }

    private void Send(TcpBytes segment) => _watch.HandleSent(Packet(segment));

    private void Receive(TcpBytes segment, bool damaged = false)
    {
        var packet = Packet(segment);
        packet.IsDamaged = damaged;
        packet.Bytes[^1] ^= (byte)(damaged ? 1 : 0);
        _watch.HandleReceived(packet);
    }

    private static Packet Packet(TcpBytes segment)
    {
        var bytes = segment.ToPacket();
        var packet = new Packet(bytes.Length);
        bytes.CopyTo(packet.Bytes, 0);
        packet.Renew(bytes.Length, default);
        return packet;
    }
}
