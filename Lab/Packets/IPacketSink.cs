using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>Takes packets: a lane, a middlebox's side, a node.</summary>
internal interface IPacketSink
{
    /// <summary>Takes a packet and with it the duty to pass it on or to give it back.</summary>
    void Take(Packet packet, Instant now);
}
