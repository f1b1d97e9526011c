using System.Buffers.Binary;
using System.Numerics;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>
/// What happened in a network, as one number: each packet with its headers when it enters a lane, and when and how it leaves it. Two runs
/// of one seed have one hash, or something in them depends on more than the seed. A tap sees the same.
/// </summary>
internal sealed class PacketTrace
{
    /// <summary>Bytes of a packet that are hashed: an IPv6 header and a TCP header with all its options.</summary>
    internal const int HashedBytes = 100;

    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xC2B2AE3D27D4EB4F;
    private const ulong DeliveredMark = 1UL << 62;
    private const ulong DroppedMark = 1UL << 63;

    /// <summary>The hash so far.</summary>
    internal ulong Hash { get; private set; } = First;

    /// <summary>Packets that entered a lane so far.</summary>
    internal long Packets { get; private set; }

    /// <summary>Sees every packet at both ends of its lane; null for nobody.</summary>
    internal IPacketTap? Tap { get; set; }

    /// <summary>A packet enters a lane.</summary>
    internal void HandleSent(int lane, Packet packet, Instant now)
    {
        Packets++;
        var hash = Mix(Mix(Hash, (ulong)now.Micros), ((ulong)(uint)lane << 32) | (uint)packet.Length);
        var headers = packet.Span;
        if (headers.Length > HashedBytes)
        {
            headers = headers[..HashedBytes];
        }

        while (headers.Length >= 2 * sizeof(ulong))
        {
            // The product of both halves, folded: half as many steps in a row as one word at a time.
            var second = BinaryPrimitives.ReadUInt64LittleEndian(headers[sizeof(ulong)..]);
            var high = Math.BigMul(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(headers), second ^ Second, out var low);
            hash = high ^ low ^ second;
            headers = headers[(2 * sizeof(ulong))..];
        }

        while (headers.Length >= sizeof(uint))
        {
            hash = Mix(hash, BinaryPrimitives.ReadUInt32LittleEndian(headers));
            headers = headers[sizeof(uint)..];
        }

        Hash = hash;
        Tap?.HandleSent(lane, packet.Span, now);
    }

    /// <summary>A packet leaves a lane at its far end.</summary>
    internal void HandleDelivered(int lane, Packet packet, Instant now)
    {
        Hash = Mix(Hash, (ulong)now.Micros ^ DeliveredMark ^ ((ulong)(uint)lane << 48));
        Tap?.HandleDelivered(lane, packet.Span, now);
    }

    /// <summary>A packet ends on a lane.</summary>
    internal void HandleDropped(int lane, Instant now) => Hash = Mix(Hash, (ulong)now.Micros ^ DroppedMark ^ ((ulong)(uint)lane << 48));

    private static ulong Mix(ulong hash, ulong value) => BitOperations.RotateLeft((hash ^ value) * Second, 31) * First;
}

/// <summary>Looks on while a network runs.</summary>
internal interface IPacketTap
{
    /// <summary>A packet enters the lane of this number.</summary>
    void HandleSent(int lane, ReadOnlySpan<byte> packet, Instant now);

    /// <summary>A packet leaves the lane of this number at its far end.</summary>
    void HandleDelivered(int lane, ReadOnlySpan<byte> packet, Instant now);
}
