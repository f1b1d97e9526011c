using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// What a pump drives: packets in, packets out, and a clock. Called by the pump's thread alone. A stack behind its adapter is one,
/// and so is
/// whatever stands in between and records, delays or loses packets.
/// </summary>
internal interface IPacketHandler
{
    /// <summary>A packet came.</summary>
    /// <param name="packet">From its IP header on; only during the call.</param>
    /// <param name="info">What the device knows of it.</param>
    /// <param name="now">The time.</param>
    void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now);

    /// <summary>When <see cref="HandleTimeout"/> wants to be called; <see cref="Instant.Never"/> for never.</summary>
    Instant PollTimeout();

    /// <summary>The deadline is here.</summary>
    void HandleTimeout(Instant now);

    /// <summary>
    /// Called after what came in was handled and before anything is sent, and once more before the pump sleeps, for what sending brought
    /// about: the time to tell and ask programs.
    /// </summary>
    void HandleRound(Instant now);

    /// <summary>The next packet to be sent.</summary>
    /// <param name="buffer">Room for 64 KiB.</param>
    /// <param name="info">What was left to the device.</param>
    /// <param name="now">The time.</param>
    /// <returns>Its length; 0 for none now.</returns>
    int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now);

    /// <summary>Nothing is called any more; programs that wait are told.</summary>
    /// <param name="failure">Why; null when the pump was stopped.</param>
    void HandleStop(Exception? failure);
}
