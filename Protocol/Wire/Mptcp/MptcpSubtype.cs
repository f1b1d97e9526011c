namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>The subtypes of the MPTCP option: the high four bits of its third byte (RFC 8684 section 8.2).</summary>
internal enum MptcpSubtype : byte
{
    /// <summary>Starts a connection.</summary>
    Capable = 0x0,

    /// <summary>Adds a subflow.</summary>
    Join = 0x1,

    /// <summary>Data sequence signal.</summary>
    Dss = 0x2,

    /// <summary>Announces an address.</summary>
    AddAddr = 0x3,

    /// <summary>Withdraws addresses.</summary>
    RemoveAddr = 0x4,

    /// <summary>Changes the priority of a subflow.</summary>
    Prio = 0x5,

    /// <summary>Reports a bad checksum.</summary>
    Fail = 0x6,

    /// <summary>Aborts the connection.</summary>
    FastClose = 0x7,

    /// <summary>Gives the reason of a reset.</summary>
    Reset = 0x8,
}
