namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>The flags of MP_TCPRST.</summary>
[Flags]
public enum ResetFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>T: the condition is transient, the subflow may be tried again.</summary>
    Transient = 0x1,

    /// <summary>W, V and U: not assigned.</summary>
    Unassigned = 0xE,
}

/// <summary>Why a subflow was reset (RFC 8684 section 3.6).</summary>
public enum ResetReason
{
    /// <summary>Not said.</summary>
    Unspecified = 0,

    /// <summary>An MPTCP-specific error.</summary>
    MptcpError = 1,

    /// <summary>A lack of resources.</summary>
    LackOfResources = 2,

    /// <summary>Administratively prohibited.</summary>
    Prohibited = 3,

    /// <summary>Too much outstanding data.</summary>
    TooMuchOutstandingData = 4,

    /// <summary>Unacceptable performance.</summary>
    UnacceptablePerformance = 5,

    /// <summary>A middlebox interferes.</summary>
    MiddleboxInterference = 6,
}

/// <summary>Gives the reason of a reset, on a RST (RFC 8684 section 3.6).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+---------------+-------+-+-+-+-+---------------+
/// |     Kind      |   Length=4    |Subtype|U|V|W|T|    Reason     |
/// +---------------+---------------+-------+-+-+-+-+---------------+
/// </code>
/// </remarks>
/// <param name="Flags">Whether trying again may help.</param>
/// <param name="Reason">The reason; a number without a name is possible.</param>
public readonly record struct MpReset(ResetFlags Flags, ResetReason Reason)
{
    internal const int Length = 4;

    internal static bool TryRead(ReadOnlySpan<byte> option, out MpReset value)
    {
        value = option.Length == Length ? new MpReset((ResetFlags)(option[2] & 0xF), (ResetReason)option[3]) : default;
        return option.Length == Length;
    }

    internal int Write(Span<byte> destination)
    {
        OptionHeader.Write(destination, MptcpSubtype.Reset, Length, (int)Flags, (byte)Reason);
        return Length;
    }
}
