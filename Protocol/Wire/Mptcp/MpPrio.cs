using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>Changes the priority of the subflow that carries it (RFC 8684 section 3.3.8).</summary>
/// <remarks>
/// <code>
///  0                   1                   2
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
/// +---------------+---------------+-------+-----+-+
/// |     Kind      |   Length = 3  |Subtype|(rsv)|B|
/// +---------------+---------------+-------+-----+-+
/// </code>
/// The form of version 0, which names an address in a fourth byte, is not read.
/// </remarks>
/// <param name="Backup">B: the sender asks its peer to use the subflow only when no other is usable.</param>
public readonly record struct MpPrio(bool Backup)
{
    internal const int Length = 3;
    private const byte BackupBit = 0x01;

    internal static bool TryRead(ReadOnlySpan<byte> option, out MpPrio value)
    {
        value = option.Length == Length ? new MpPrio((option[2] & BackupBit) != 0) : default;
        return option.Length == Length;
    }

    internal int Write(Span<byte> destination)
    {
        destination[0] = (byte)TcpOptionKind.Mptcp;
        destination[1] = Length;
        destination[2] = (byte)(((int)MptcpSubtype.Prio << 4) | (Backup ? BackupBit : 0));
        return Length;
    }
}
