namespace Multipath.Protocol.Wire.Tcp;

/// <summary>The control bits of a TCP segment (RFC 9293 section 3.1; ECE and CWR: RFC 3168 section 6.1).</summary>
[Flags]
public enum TcpFlags
{
    /// <summary>None, which no segment of a sane peer carries.</summary>
    None = 0,

    /// <summary>The sender has no more data.</summary>
    Fin = 0x01,

    /// <summary>Synchronises the sequence numbers.</summary>
    Syn = 0x02,

    /// <summary>Resets the connection.</summary>
    Rst = 0x04,

    /// <summary>Asks the receiver to hand the data over at once.</summary>
    Psh = 0x08,

    /// <summary>The acknowledgment number counts.</summary>
    Ack = 0x10,

    /// <summary>The urgent pointer counts.</summary>
    Urg = 0x20,

    /// <summary>A congestion mark is echoed.</summary>
    Ece = 0x40,

    /// <summary>The sender has reduced its congestion window.</summary>
    Cwr = 0x80,
}
