using Multipath.Protocol.Buffers;
using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Tests.Stacks;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Tests.Connection;

/// <summary>With checksums a mapping waits for all of its bytes: what waits must never keep out what it waits for.</summary>
public sealed class HeldDataTests
{
    private const int Limit = 256 << 10;
    private const int Packet = 1400;
    private readonly MemoryBudget _budget = new(1 << 30);
    private readonly ReceiveBuffer _stream;

    public HeldDataTests() => _stream = new ReceiveBuffer(new Dsn64(1), 8 << 20, 8 << 20, 1024, _budget);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mappings_of_many_packets_survive_a_burst_of_losses(bool checksum)
    {
        var pair = new StackPair(new StackOptions { Entropy = new SeededEntropy(1), SegmentationOffload = true });
        pair.Delay = Duration.FromMillis(25);
        var burst = 0;
        var count = 0;
        pair.Passes = (bool fromClient, in ParsedPacket packet) =>
        {
            if (!fromClient || packet.Payload.Length <= Packet)
            {
                return true;
            }

            foreach (var piece in Cut(packet))
            {
                if ((burst -= Packet) < 0 || count++ % 2 == 1)
                {
                    pair.Inject(toServer: true, piece);
                }
            }

            return false;
        };
        pair.Connect(new ConnectionOptions
        {
            Checksum = checksum,
            Congestion = "reno",
            SendBufferLimit = 16 << 20,
            InitialReceiveWindow = 4 << 20,
        });
        pair.Transfer(fromClient: true, TransferTests.Data(6 << 20));
        pair.RunFor(Duration.FromMillis(60));
        burst = 400_000;
        var data = TransferTests.Data(8 << 20);
        Assert.Equal(data, pair.Transfer(fromClient: true, data, Duration.FromSeconds(30)));
        Assert.True(count > 200, "half of the burst is lost");
    }

    [Theory]
    [InlineData(60_000, 1400)]
    [InlineData(65_535, 65_000)]
    [InlineData(2800, 1400)]
    [InlineData(300, 150)]
    [InlineData(2000, 100)]
    [InlineData(1000, 1)]
    public void However_much_waits_behind_a_gap_the_mapping_that_comes_next_can_be_completed(int mapLength, int segment)
    {
        var assembler = new Assembler(_stream, Limit, _budget) { UsesChecksum = true };

        // Of each mapping behind the first one its first segment is missing, and the others come as long as there is room.
        for (var number = 1; number < 4000 && assembler.HasRoomBehindGap(segment); number++)
        {
            for (var at = segment; at < mapLength && assembler.HasRoomBehindGap(segment); at += segment)
            {
                Take(assembler, number, mapLength, at, Math.Min(segment, mapLength - at));
            }
        }

        Assert.False(assembler.HasRoomBehindGap(segment));
        Assert.Equal(0, _stream.Available);

        // All in order from here on, the last segment of each mapping merged with nothing: what is in the way comes twice.
        for (var number = 0; number < 4; number++)
        {
            for (var at = 0; at < mapLength; at += segment)
            {
                Take(assembler, number, mapLength, at, Math.Min(segment, mapLength - at));
            }

            Assert.Equal((number + 1) * mapLength, _stream.Available);
        }
    }

    [Fact]
    public void A_segment_that_was_merged_beyond_its_mapping_finds_room_when_it_comes_next()
    {
        var assembler = new Assembler(_stream, Limit, _budget) { UsesChecksum = true };
        const int MapLength = 65_535;
        for (var number = 1; assembler.HasRoomBehindGap(Packet); number++)
        {
            for (var at = Packet; at < MapLength && assembler.HasRoomBehindGap(Packet); at += Packet)
            {
                Take(assembler, number, MapLength, at, Math.Min(Packet, MapLength - at));
            }
        }

        Take(assembler, 0, MapLength, 0, MapLength - 1);
        var start = new Seq32(MapLength);
        var merged = Enumerable.Range(0, 65_000).Select(i => Byte(MapLength - 1 + i)).ToArray();
        Assert.Equal(Assembly.Taken, assembler.Take(start, merged, Map(0, MapLength), mapped: true));
        Assert.True(_stream.Available >= MapLength);
    }

    [Fact]
    public void What_waits_for_a_mapping_is_of_the_stacks_memory_and_past_its_bound_the_subflow_is_reset()
    {
        const int memory = 64 << 10;
        var pair = new StackPair(server: new StackOptions
        {
            Entropy = new SeededEntropy(2),
            Limits = new StackLimits { BufferMemory = memory },
        }).Connect().Join();
        Assert.Equal(20_000, pair.Transfer(fromClient: true, new byte[20_000]).Length);
        Assert.Equal(0, pair.Server.BufferBytes);
        pair.Rewrite = (fromClient, packet) =>
            fromClient && PacketParser.TryParse(packet, out var parsed) && parsed.Payload.Length > 0
                ? PacketEdit.Strip(packet, MptcpKinds.Dss) : packet;
        pair.Client.Write(pair.ClientSide, new byte[10_000], pair.Now);
        pair.RunFor(Duration.FromMillis(20));
        Assert.InRange(pair.Server.BufferBytes, 10_000, memory);
        Assert.Equal(2, StackPair.Subflows(pair.Server, pair.ServerSide).Length);
        pair.Client.Write(pair.ClientSide, new byte[100_000], pair.Now);
        for (var i = 0; i < 100; i++)
        {
            pair.RunFor(Duration.FromMillis(10));
            Assert.InRange(pair.Server.BufferBytes, 0, memory);
        }

        Assert.InRange(StackPair.Subflows(pair.Server, pair.ServerSide).Length, 0, 1);
    }

    private static void Take(Assembler assembler, int number, int mapLength, int at, int length)
    {
        var offset = (number * mapLength) + at;
        var data = new byte[length];
        for (var i = 0; i < length; i++)
        {
            data[i] = Byte(offset + i);
        }

        Assert.Equal(Assembly.Taken, assembler.Take(new Seq32((uint)(offset + 1)), data, Map(number, mapLength), mapped: true));
    }

    private static DssMap Map(int number, int length)
    {
        var offset = number * length;
        var map = new DssMap(new Dsn64((ulong)(offset + 1)), new Seq32((uint)(offset + 1)), (ushort)length, DataFin: false, 0);
        var data = new byte[length];
        for (var i = 0; i < length; i++)
        {
            data[i] = Byte(offset + i);
        }

        return map with { Checksum = MapChecksum.Compute(map, data, []) };
    }

    private static byte Byte(int offset) => (byte)((offset * 31) + (offset / 251));

    // As the device does that a packet larger than a segment is left to.
    private static List<byte[]> Cut(in ParsedPacket packet)
    {
        var pieces = new List<byte[]>();
        var header = new SegmentHeader
        {
            Ack = packet.Ack,
            Flags = packet.Flags,
            Window = packet.Window,
            Options = packet.Options,
        };
        for (var at = 0; at < packet.Payload.Length; at += Packet)
        {
            header.Seq = packet.Seq + at;
            var length = Math.Min(Packet, packet.Payload.Length - at);
            pieces.Add(PacketEdit.Create(packet.Tuple.Reversed, header, packet.Payload.Slice(at, length).ToArray()));
        }

        return pieces;
    }
}
