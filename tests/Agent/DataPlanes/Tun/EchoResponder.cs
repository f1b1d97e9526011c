using System.Buffers.Binary;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

/// <summary>
/// Answers pings of both families for every address, as the smallest whole packet handler there is. An echo reply is the request with the
/// addresses exchanged and the type changed, which changes the checksum by a constant (RFC 1624).
/// </summary>
internal sealed class EchoResponder : IPacketHandler
{
    private const byte Icmp = 1;
    private const byte Icmp6 = 58;
    private const byte EchoRequest4 = 8;
    private const byte EchoRequest6 = 128;
    private const byte EchoReply6 = 129;

    private readonly Queue<byte[]> _replies = [];
    private bool _news;

    internal TaskCompletionSource<Exception?> Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Instant Deadline { get; set; } = Instant.Never;

    internal TaskCompletionSource<Instant> TimedOut { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The pump's thread waits for it when it has told of a timeout.</summary>
    internal ManualResetEventSlim? Gate { get; set; }

    internal int Packets { get; private set; }

    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now)
    {
        Packets++;
        var reply = packet.ToArray();
        if (reply[0] >> 4 == 4 && reply[9] == Icmp && reply[20] == EchoRequest4)
        {
            packet.Slice(12, 4).CopyTo(reply.AsSpan(16));
            packet.Slice(16, 4).CopyTo(reply.AsSpan(12));
            Retype(reply, 20, 0);
        }
        else if (reply[0] >> 4 == 6 && reply[6] == Icmp6 && reply[40] == EchoRequest6)
        {
            packet.Slice(8, 16).CopyTo(reply.AsSpan(24));
            packet.Slice(24, 16).CopyTo(reply.AsSpan(8));
            Retype(reply, 40, EchoReply6);
        }
    }

    public Instant PollTimeout() => Deadline;

    public void HandleTimeout(Instant now)
    {
        Deadline = Instant.Never;
        TimedOut.SetResult(now);
        Gate?.Wait();
    }

    /// <summary>Asks for something to happen while the next packets are sent.</summary>
    internal bool SendingHasNews { get; set; }

    internal TaskCompletionSource NewsHeard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void HandleRound(Instant now)
    {
        if (_news)
        {
            _news = false;
            NewsHeard.SetResult();
        }
    }

    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now)
    {
        info = default;
        (_news, SendingHasNews) = (_news || SendingHasNews, false);
        if (!_replies.TryDequeue(out var reply))
        {
            return 0;
        }

        reply.CopyTo(buffer);
        return reply.Length;
    }

    public void HandleStop(Exception? failure) => Stopped.SetResult(failure);

    private void Retype(byte[] packet, int icmp, byte type)
    {
        var checksum = packet.AsSpan(icmp + 2);
        var sum = (ushort)~BinaryPrimitives.ReadUInt16BigEndian(checksum) + (ushort)~(packet[icmp] << 8) + (type << 8);
        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(checksum, (ushort)~((sum & 0xFFFF) + (sum >> 16)));
        packet[icmp] = type;
        _replies.Enqueue(packet);
    }
}
