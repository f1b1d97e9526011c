using Multipath.Protocol.Primitives;
using Multipath.Protocol;

namespace Multipath.Lab.Packets;

/// <summary>What a network asks of a node: the binding surface of the stack, and of whatever else speaks packets.</summary>
internal interface INode
{
    /// <summary>A packet has arrived.</summary>
    void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now);

    /// <summary>Writes the next packet to be sent.</summary>
    /// <returns>Its length in bytes; 0 when there is none now.</returns>
    int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now);

    /// <summary>When <see cref="HandleTimeout"/> is to be called; <see cref="Instant.Never"/> for not at all.</summary>
    Instant PollTimeout();

    /// <summary>The time that <see cref="PollTimeout"/> asked for has come.</summary>
    void HandleTimeout(Instant now);
}
