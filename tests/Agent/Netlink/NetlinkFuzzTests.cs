using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Inventory;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.Tests.Netlink;

/// <summary>Whatever bytes come, no parser throws and every loop ends. Seeds are fixed, so that a failure repeats.</summary>
public sealed class NetlinkFuzzTests
{
    private const int Rounds = 20_000;
    private const int Longest = 600;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_bytes_are_survived(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[Longest];
        for (var round = 0; round < Rounds; round++)
        {
            var length = random.Next(Longest);
            random.NextBytes(bytes.AsSpan(0, length));
            ParseEverything(bytes.AsSpan(0, length));
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Plausible_messages_with_wrong_bytes_are_survived(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[Longest];
        for (var round = 0; round < Rounds; round++)
        {
            var datagram = Plausible(random, bytes);
            for (var flips = random.Next(4); flips > 0; flips--)
            {
                datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            }

            ParseEverything(datagram[..random.Next(datagram.Length + 1)]);
        }
    }

    /// <summary>A message of a type that some parser knows, with a body of small numbers and attributes of right lengths.</summary>
    private static Span<byte> Plausible(Random random, byte[] bytes)
    {
        ReadOnlySpan<ushort> types = [2, 3, 16, 17, 20, 21, 24, 25, 28, 32, 33];
        var writer = new NetlinkWriter(bytes, types[random.Next(types.Length)], (ushort)random.Next(0x400));
        ReadOnlySpan<int> headers = [4, 8, 12, 16, 20, 72];
        var header = new byte[headers[random.Next(headers.Length)]];
        for (var i = 0; i < header.Length; i++)
        {
            header[i] = (byte)random.Next(20);
        }

        writer.Raw(header);
        var value = new byte[280];
        for (var attributes = random.Next(8); attributes > 0; attributes--)
        {
            var nest = random.Next(4) == 0 ? writer.BeginNest((ushort)random.Next(20)) : -1;
            writer.Attribute((ushort)random.Next(24), value.AsSpan(0, random.Next(3) == 0 ? random.Next(40) : 4));
            if (nest >= 0)
            {
                writer.EndNest(nest);
            }
        }

        return writer.Finish();
    }

    private static void ParseEverything(ReadOnlySpan<byte> datagram)
    {
        ParsePayload(datagram);
        var messages = new NetlinkMessages(datagram);
        var count = 0;
        while (messages.TryNext(out var message))
        {
            Assert.InRange(++count, 1, Longest / NetlinkConstants.HeaderSize);
            _ = NetlinkReply.Parse(message);
            _ = RouteCodec.Parse(message) is { } change ? HostInventory.Empty.Apply(change).Paths().Length : 0;
            ParsePayload(message.Payload);
        }
    }

    private static void ParsePayload(ReadOnlySpan<byte> payload)
    {
        _ = MptcpEventCodec.Parse(payload)?.ToString();
        _ = PmCodec.ReadAddress(payload);
        _ = PmCodec.ReadLimits(payload);
        _ = GenericFamily.Parse(payload);
        _ = MptcpInfo.Read(payload);
        _ = TcpInfo.Read(payload);
        if (SockDiagCodec.TryRead(payload, out var socket))
        {
            _ = socket.Tuple.ToString();
            _ = socket.Congestion;
            _ = (socket.Inode, socket.UserId, socket.InterfaceIndex, socket.State);
            var builder = new SnapshotBuilder();
            builder.AddSubflow(socket);
            builder.AddConnection(socket);
            _ = builder.Build();
        }
    }
}
