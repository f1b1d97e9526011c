namespace Multipath.Lab.Packets.Watch;

/// <summary>The windows of a connection as a whole, right edges as low halves of data sequence numbers (RFC 8684 section 3.3.5).</summary>
internal sealed class DataWatch
{
    /// <summary>A DSS option has been seen: the windows are the connection's from then on.</summary>
    internal bool IsMultipath { get; private set; }

    /// <summary>As far as the peer lets this node send.</summary>
    internal RightEdge Peers { get; } = new();

    /// <summary>As far as this node lets the peer send.</summary>
    internal RightEdge Own { get; } = new();

    /// <summary>Notes that the connection speaks MPTCP.</summary>
    internal void SeeDss() => IsMultipath = true;
}

/// <summary>The highest right edge of a window that was ever named; sequence numbers wrap at 32 bits.</summary>
internal sealed class RightEdge
{
    private uint _value;

    /// <summary>One was named.</summary>
    internal bool IsKnown { get; private set; }

    /// <summary>How far a number lies beyond the edge, in bytes; negative when it lies before.</summary>
    internal int Beyond(uint number) => unchecked((int)(number - _value));

    /// <summary>Moves the edge if this one is further right.</summary>
    internal void Extend(uint to)
    {
        if (!IsKnown || Beyond(to) > 0)
        {
            (_value, IsKnown) = (to, true);
        }
    }
}
