using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Wire.Mptcp;

/// <summary>The four bytes that all options but MP_PRIO and REMOVE_ADDR start with: kind, length, subtype and two fields.</summary>
internal static class OptionHeader
{
    public const int Length = 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(Span<byte> destination, MptcpSubtype subtype, int length, int nibble, byte last) =>
        BinaryPrimitives.WriteUInt32BigEndian(
            destination, ((uint)TcpOptionKind.Mptcp << 24) | ((uint)length << 16) | ((uint)subtype << 12) | ((uint)nibble << 8) | last);
}
