using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>
/// Asks those that may have something to send, each for a number of packets, so that a busy connection does not starve others.
/// </summary>
internal sealed class Transmission(StackOptions options, ConnectionTable connections, StrayReplies replies)
{
    // A packet of 64 KB less the headers with the most options.
    private const int MaxOffloadPayload = 65_000;

    // Packets in a row of one connection before others have their turn.
    private const int Turn = 64;

    private int _sentInTurn;

    /// <summary>Writes the next packet.</summary>
    /// <returns>Its length, or 0.</returns>
    public int Poll(Span<byte> buffer, out PacketInfo info, Instant now)
    {
        info = default;
        if (replies.Any)
        {
            return replies.Poll(buffer);
        }

        var maxPayload = options.SegmentationOffload ? MaxOffloadPayload : options.Mtu;
        while (connections.NextToSend is { } connection)
        {
            var length = connection.PollPacket(buffer, maxPayload, options.SegmentationOffload, out info, now);
            if (length > 0)
            {
                if (++_sentInTurn >= Turn)
                {
                    _sentInTurn = 0;
                    connections.Rotate();
                }

                return length;
            }

            _sentInTurn = 0;
            connections.HandleDrained();
        }

        return 0;
    }
}
