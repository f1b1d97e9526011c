using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>How far the peer has acknowledged the stream, and how far it would take more (RFC 8684 section 3.3.4).</summary>
/// <remarks>
/// One window serves all subflows and counts from the data ACK. Its right edge only moves forward, whichever subflow is late.
/// </remarks>
internal sealed class PeerWindow
{
    /// <summary>The first number that the peer has not acknowledged; a DATA_FIN counts for one.</summary>
    public Dsn64 Acknowledged { get; private set; }

    /// <summary>The number after the last that the peer would take.</summary>
    public Dsn64 Edge { get; private set; }

    /// <summary>Starts before anything was acknowledged.</summary>
    /// <param name="start">Number of the first byte.</param>
    public void Start(Dsn64 start) => Acknowledged = Edge = start;

    /// <summary>Takes a data ACK with the window of its segment.</summary>
    /// <param name="ack">The data ACK.</param>
    /// <param name="window">The window, bytes.</param>
    /// <param name="end">The number after the last that was sent: nothing beyond it can be acknowledged.</param>
    /// <returns>Whether something was newly acknowledged.</returns>
    public bool Handle(Dsn64 ack, long window, Dsn64 end)
    {
        if (ack > end)
        {
            return false;
        }

        // Also an old ACK may tell a right edge that no later one has told: order between subflows means nothing.
        Edge = Dsn64.Later(Edge, ack + window);
        if (ack <= Acknowledged)
        {
            return false;
        }

        Acknowledged = ack;
        return true;
    }
}
