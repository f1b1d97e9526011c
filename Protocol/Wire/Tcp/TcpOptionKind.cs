namespace Multipath.Protocol.Wire.Tcp;

/// <summary>The kinds of options that are read and written (registry of TCP option kind numbers, IANA).</summary>
internal enum TcpOptionKind : byte
{
    /// <summary>Nothing follows.</summary>
    End = 0,

    /// <summary>One byte that says nothing.</summary>
    NoOperation = 1,

    /// <summary>Maximum segment size, on a SYN.</summary>
    Mss = 2,

    /// <summary>Window scale, on a SYN.</summary>
    WindowScale = 3,

    /// <summary>Selective acknowledgments may be sent, on a SYN.</summary>
    SackPermitted = 4,

    /// <summary>Selective acknowledgments.</summary>
    Sack = 5,

    /// <summary>Timestamps.</summary>
    Timestamps = 8,

    /// <summary>Multipath TCP; the subtype follows.</summary>
    Mptcp = 30,
}
