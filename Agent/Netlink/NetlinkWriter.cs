using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Multipath.Agent.Netlink;

/// <summary>Writes one request into a buffer of the caller. The buffer is ours: too small a one is a bug and throws.</summary>
internal ref struct NetlinkWriter
{
    /// <summary>Enough for every request of this agent; the longest has two address nests.</summary>
    internal const int RequestCapacity = 256;

    private readonly Span<byte> _buffer;
    private int _length;

    internal NetlinkWriter(Span<byte> buffer, ushort type, ushort flags)
    {
        _buffer = buffer;
        _buffer[..NetlinkConstants.HeaderSize].Clear();
        MemoryMarshal.Write(_buffer[4..], type);
        MemoryMarshal.Write(_buffer[6..], (ushort)(flags | NetlinkConstants.FlagRequest));
        _length = NetlinkConstants.HeaderSize;
    }

    /// <summary>Begins a generic netlink request: the netlink header and command, version and two reserved bytes.</summary>
    internal static NetlinkWriter Generic(Span<byte> buffer, ushort family, byte command, byte version, ushort flags)
    {
        var writer = new NetlinkWriter(buffer, family, flags);
        writer.Raw([command, version, 0, 0]);
        return writer;
    }

    internal void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[_length..]);
        Pad(_length + bytes.Length);
    }

    internal void Attribute(ushort type, scoped ReadOnlySpan<byte> value)
    {
        var length = NetlinkConstants.AttributeHeaderSize + value.Length;
        MemoryMarshal.Write(_buffer[_length..], (ushort)length);
        MemoryMarshal.Write(_buffer[(_length + 2)..], type);
        value.CopyTo(_buffer[(_length + NetlinkConstants.AttributeHeaderSize)..]);
        Pad(_length + length);
    }

    internal void U8(ushort type, byte value) => Attribute(type, [value]);

    internal void U16(ushort type, ushort value) => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<ushort>(in value)));

    internal void U32(ushort type, uint value) => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value)));

    internal void Address(ushort type, IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out var written);
        Attribute(type, bytes[..written]);
    }

    /// <summary>Text with the NUL at its end that the kernel asks for.</summary>
    internal void Text(ushort type, string text)
    {
        Span<byte> bytes = stackalloc byte[RequestCapacity];
        var written = Encoding.UTF8.GetBytes(text, bytes);
        bytes[written] = 0;
        Attribute(type, bytes[..(written + 1)]);
    }

    /// <summary>Opens a nest; give what it returns to <see cref="EndNest"/>.</summary>
    internal int BeginNest(ushort type)
    {
        var start = _length;
        MemoryMarshal.Write(_buffer[(start + 2)..], (ushort)(type | NetlinkConstants.AttributeNested));
        _length += NetlinkConstants.AttributeHeaderSize;
        return start;
    }

    internal readonly void EndNest(int start) => MemoryMarshal.Write(_buffer[start..], (ushort)(_length - start));

    /// <summary>Fills in the length and returns the message. The socket that sends it fills in the sequence number.</summary>
    internal readonly Span<byte> Finish()
    {
        MemoryMarshal.Write(_buffer, (uint)_length);
        return _buffer[.._length];
    }

    private void Pad(int end)
    {
        var aligned = NetlinkConstants.Align(end);
        _buffer[end..aligned].Clear();
        _length = aligned;
    }
}
