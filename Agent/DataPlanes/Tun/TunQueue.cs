using System.Runtime.InteropServices;
using Multipath.Agent.Interop;
using Multipath.Protocol;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Reads and writes packets of one queue of a TUN, through one buffer each way. The kernel has copied a packet when a write returns.
/// One thread.
/// </summary>
internal sealed unsafe class TunQueue : IDisposable
{
    /// <summary>The longest packet that IP knows.</summary>
    internal const int PacketLimit = 65_535;

    /// <summary>Before each packet, so that its first byte is the first of a cache line and the virtio header has its place.</summary>
    private const int HeadRoom = 64;

    private readonly int _fd;
    private readonly int _header;
    private readonly byte* _input = Allocate();
    private readonly byte* _output = Allocate();
    private bool _disposed;

    /// <summary>Takes a queue; the device stays the owner of its descriptor.</summary>
    internal TunQueue(TunDevice device, int fd)
    {
        _fd = fd;
        _header = device.Offloads ? VirtioNetHeader.Length : 0;
    }

    /// <summary>What to wait on.</summary>
    internal int Fd => _fd;

    /// <summary>Room for the next packet to be written.</summary>
    internal Span<byte> Output => new(_output + HeadRoom, PacketLimit);

    /// <summary>Reads the next packet.</summary>
    /// <param name="packet">From its IP header on; valid until the next call.</param>
    /// <param name="info">What the device says of it.</param>
    /// <returns>False when there is none now.</returns>
    internal bool TryRead(out ReadOnlySpan<byte> packet, out PacketInfo info)
    {
        var start = _input + HeadRoom - _header;
        var length = (int)Libc.Read(_fd, start, (nuint)(PacketLimit + _header));
        packet = default;
        info = default;
        if (length <= _header)
        {
            return false;
        }

        if (_header > 0)
        {
            _ = VirtioNetHeader.TryRead(new ReadOnlySpan<byte>(start, _header), out var header);
            info = new PacketInfo { ChecksumTrusted = header.ChecksumTrusted, GsoSize = header.TcpSegmentSize };
        }

        packet = new ReadOnlySpan<byte>(_input + HeadRoom, length - _header);
        return true;
    }

    /// <summary>Writes the packet that stands in <see cref="Output"/>.</summary>
    /// <param name="length">Its length.</param>
    /// <param name="info">What is left to the device; nothing without offload.</param>
    /// <returns>False when the kernel did not take it: the interface is down, or out of memory.</returns>
    internal bool TryWrite(int length, in PacketInfo info)
    {
        var start = _output + HeadRoom - _header;
        if (_header > 0)
        {
            VirtioNetHeader.ForTcp(new ReadOnlySpan<byte>(_output + HeadRoom, length), info.GsoSize, info.ChecksumPartial)
                .Write(new Span<byte>(start, _header));
        }

        return Libc.Write(_fd, start, (nuint)(length + _header)) >= 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            NativeMemory.AlignedFree(_input);
            NativeMemory.AlignedFree(_output);
        }
    }

    private static byte* Allocate() => (byte*)NativeMemory.AlignedAlloc(HeadRoom + PacketLimit + 1, HeadRoom);
}
