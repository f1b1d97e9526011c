using System.Buffers.Binary;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Sees to it that a packet comes to the shard that has its local port. The kernel hands a flow's packets to the queue that last wrote one
/// of it (drivers/net/tun.c, <c>tun_flow_update</c>), so that most are there already; the first of a flow that the peer begins, and those
/// of one that was idle for 3 s, come where the hash says, and are handed over.
/// </summary>
/// <param name="inner">The shard's own handler.</param>
/// <param name="own">Its number.</param>
/// <param name="shards">All of them.</param>
internal sealed class QueueSorter(IPacketHandler inner, int own, IReadOnlyList<TunShard> shards) : IPacketHandler
{
    private const byte Tcp = 6;
    private const byte IcmpV4 = 1;
    private const byte IcmpV6 = 58;
    private const int Ipv6HeaderBytes = 40;

    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now)
    {
        var (protocol, port) = Look(packet);
        if (protocol is IcmpV4 or IcmpV6)
        {
            // What a router says of a packet that is too big concerns the connection that it quotes: every shard looks for itself.
            for (var shard = 0; shard < shards.Count; shard++)
            {
                Hand(shard, packet, info, now);
            }
        }
        else
        {
            Hand(protocol == Tcp ? ShardOf(port, shards.Count) : own, packet, info, now);
        }
    }

    public Instant PollTimeout() => inner.PollTimeout();

    public void HandleTimeout(Instant now) => inner.HandleTimeout(now);

    public void HandleRound(Instant now) => inner.HandleRound(now);

    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now) => inner.PollTransmit(buffer, out info, now);

    public void HandleStop(Exception? failure) => inner.HandleStop(failure);

    /// <summary>The shard that has a local port.</summary>
    internal static int ShardOf(ushort port, int shards) => port % shards;

    /// <summary>The protocol, and the destination port of TCP; 0 and 0 of what is cut short.</summary>
    private static (byte Protocol, ushort Port) Look(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < Ipv6HeaderBytes)
        {
            return (0, 0);
        }

        var version6 = packet[0] >> 4 == 6;
        var (protocol, header) = version6 ? (packet[6], Ipv6HeaderBytes) : (packet[9], (packet[0] & 0xF) * 4);
        return protocol == Tcp && packet.Length >= header + 4
            ? (protocol, BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 2)..]))
            : (protocol == Tcp ? (byte)0 : protocol, (ushort)0);
    }

    private void Hand(int shard, ReadOnlySpan<byte> packet, in PacketInfo info, Instant now)
    {
        if (shard == own)
        {
            inner.HandlePacket(packet, info, now);
        }
        else
        {
            shards[shard].HandOver(packet, info);
        }
    }
}
