using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>The window that the peer advertises on this subflow (RFC 9293 section 3.10.7.4, RFC 7323 section 2).</summary>
internal sealed class PeerWindow
{
    private Seq32 _updateSeq;
    private Seq32 _updateAck;

    /// <summary>The shift that the peer's SYN asked for.</summary>
    public byte Shift { get; set; }

    /// <summary>Octets behind <see cref="Edge"/>'s acknowledgment.</summary>
    public int Size { get; private set; }

    /// <summary>The largest size ever: what RFC 5961 section 5 accepts in old ACKs and half of what a small segment waits for.</summary>
    public int Largest { get; private set; }

    /// <summary>The number behind the last that may be sent.</summary>
    public Seq32 Edge => _updateAck + Size;

    /// <summary>Takes the first window, which is not shifted on a SYN.</summary>
    public void Start(Seq32 seq, Seq32 ack, int size)
    {
        _updateSeq = seq;
        _updateAck = ack;
        Size = size;
        Largest = Math.Max(Largest, size);
    }

    /// <summary>Takes a window unless it is older than the last one.</summary>
    /// <returns>Whether the edge moved.</returns>
    public bool HandleWindow(Seq32 seq, Seq32 ack, ushort field)
    {
        if (_updateSeq > seq || (_updateSeq == seq && _updateAck > ack))
        {
            return false;
        }

        var edge = Edge;
        Start(seq, ack, field << Shift);
        return Edge != edge;
    }
}
