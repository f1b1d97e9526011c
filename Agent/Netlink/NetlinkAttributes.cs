using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Multipath.Agent.Netlink;

/// <summary>One attribute (<c>struct nlattr</c>: length u16, type u16, value, padding to four bytes). Reading it never throws.</summary>
internal readonly ref struct NetlinkAttribute(ushort type, ReadOnlySpan<byte> value)
{
    /// <summary>The type without the flag bits for nesting and byte order.</summary>
    internal ushort Type { get; } = type;

    internal ReadOnlySpan<byte> Value { get; } = value;

    /// <summary>The attributes inside a nest.</summary>
    internal NetlinkAttributes Nested => new(Value);

    /// <summary>The value as a byte, or 0 where it is too short: a missing number and a malformed one are treated alike.</summary>
    internal byte U8 => Value.IsEmpty ? (byte)0 : Value[0];

    internal ushort U16 => Value.Length < 2 ? (ushort)0 : MemoryMarshal.Read<ushort>(Value);

    /// <summary>A 16-bit number in network order, as ports of events are.</summary>
    internal ushort U16BigEndian => Value.Length < 2 ? (ushort)0 : (ushort)((Value[0] << 8) | Value[1]);

    internal uint U32 => Value.Length < 4 ? 0 : MemoryMarshal.Read<uint>(Value);

    internal int S32 => (int)U32;

    /// <summary>The IPv4 or IPv6 address, or null if the value is neither 4 nor 16 bytes.</summary>
    internal IPAddress? Address => Value.Length is 4 or 16 ? new IPAddress(Value) : null;

    /// <summary>The text up to the first NUL; bytes that are no UTF-8 come out as replacement characters.</summary>
    internal string Text
    {
        get
        {
            var end = Value.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
        }
    }
}

/// <summary>Walks through attributes. Bytes that make no attribute end the walk.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    internal bool TryNext(out NetlinkAttribute attribute)
    {
        attribute = default;
        if (_rest.Length < NetlinkConstants.AttributeHeaderSize)
        {
            return false;
        }

        var length = MemoryMarshal.Read<ushort>(_rest);
        if (length < NetlinkConstants.AttributeHeaderSize || length > _rest.Length)
        {
            _rest = default;
            return false;
        }

        attribute = new NetlinkAttribute(
            (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & NetlinkConstants.AttributeTypeMask),
            _rest[NetlinkConstants.AttributeHeaderSize..length]);
        _rest = _rest[Math.Min(NetlinkConstants.Align(length), _rest.Length)..];
        return true;
    }
}
