using System.Runtime.InteropServices;

namespace Multipath.Agent.Netlink;

/// <summary>One netlink message inside a datagram (linux/netlink.h, <c>struct nlmsghdr</c>), checked to lie inside it.</summary>
/// <remarks><code>
///  0               4       6       8               12              16
/// | length u32    | type  | flags | sequence u32  | port id u32   | payload ...
/// </code>All numbers in host order; the next message begins at the next multiple of four.</remarks>
internal readonly ref struct NetlinkMessage(ushort type, ushort flags, uint sequence, uint portId, ReadOnlySpan<byte> payload)
{
    internal ushort Type { get; } = type;

    internal ushort Flags { get; } = flags;

    internal uint Sequence { get; } = sequence;

    internal uint PortId { get; } = portId;

    /// <summary>What follows the header, without padding.</summary>
    internal ReadOnlySpan<byte> Payload { get; } = payload;

    internal bool Has(ushort flag) => (Flags & flag) == flag;
}

/// <summary>Walks through the messages of one datagram. Bytes that make no message end the walk and set <see cref="Malformed"/>.</summary>
internal ref struct NetlinkMessages(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    /// <summary>Set when bytes were left over that are no message: a length shorter than a header or longer than the datagram.</summary>
    internal bool Malformed { get; private set; }

    internal bool TryNext(out NetlinkMessage message)
    {
        message = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        var length = _rest.Length >= NetlinkConstants.HeaderSize ? MemoryMarshal.Read<uint>(_rest) : 0;
        if (length < NetlinkConstants.HeaderSize || length > (uint)_rest.Length)
        {
            Malformed = true;
            _rest = default;
            return false;
        }

        message = new NetlinkMessage(
            MemoryMarshal.Read<ushort>(_rest[4..]),
            MemoryMarshal.Read<ushort>(_rest[6..]),
            MemoryMarshal.Read<uint>(_rest[8..]),
            MemoryMarshal.Read<uint>(_rest[12..]),
            _rest[NetlinkConstants.HeaderSize..(int)length]);
        _rest = _rest[Math.Min(NetlinkConstants.Align((int)length), _rest.Length)..];
        return true;
    }
}
