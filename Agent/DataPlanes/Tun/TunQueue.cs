using System.Runtime.InteropServices;
using Multipath.Agent.Interop;
using Multipath.Protocol;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Reads and writes packets of one queue of a TUN. Where the device has no offload, large segments are cut and gathered here for
/// whoever deals in them. The kernel has copied a packet when a write returns. One thread.
/// </summary>
internal sealed unsafe class TunQueue : IDisposable
{
    /// <summary>The longest packet that IP knows.</summary>
    internal const int PacketLimit = 65_535;

    /// <summary>Before each packet, so that its first byte is the first of a cache line and the virtio header has its place.</summary>
    private const int HeadRoom = 64;

    private readonly int _fd;
    private readonly int _header;
    private readonly SegmentGatherer? _gatherer;
    private readonly SegmentWriter? _writer;
    private readonly byte* _input = Allocate();
    private readonly byte* _output = Allocate();
    private bool _isDrained;
    private bool _disposed;

    /// <summary>Takes a queue; the device stays the owner of its descriptor.</summary>
    internal TunQueue(TunDevice device, int fd)
    {
        _fd = fd;
        _header = device.Offloads ? VirtioNetHeader.Length : 0;
        if (device.CutsInProcess)
        {
            (_gatherer, _writer) = (new SegmentGatherer(), new SegmentWriter(fd));
        }
    }

    /// <summary>What to wait on.</summary>
    internal int Fd => _fd;

    /// <summary>Room for the next packet to be written.</summary>
    internal Span<byte> Output => new(_output + HeadRoom, PacketLimit);

    /// <summary>Reads the next packet.</summary>
    /// <param name="packet">From its IP header on; valid until the next call.</param>
    /// <param name="info">What is known of it.</param>
    /// <returns>How many packets of the device it is; 0 when there is none now.</returns>
    internal int Read(out ReadOnlySpan<byte> packet, out PacketInfo info)
    {
        if (_gatherer is { } gatherer)
        {
            return ReadGathered(gatherer, out packet, out info);
        }

        var start = _input + HeadRoom - _header;
        var length = (int)Libc.Read(_fd, start, (nuint)(PacketLimit + _header));
        packet = default;
        info = default;
        if (length <= _header)
        {
            return 0;
        }

        if (_header > 0)
        {
            _ = VirtioNetHeader.TryRead(new ReadOnlySpan<byte>(start, _header), out var header);
            info = new PacketInfo { ChecksumTrusted = header.ChecksumTrusted, GsoSize = header.TcpSegmentSize };
        }

        packet = new ReadOnlySpan<byte>(_input + HeadRoom, length - _header);
        return 1;
    }

    /// <summary>Writes the packet that stands in <see cref="Output"/>.</summary>
    /// <param name="length">Its length.</param>
    /// <param name="info">What is left to be done about it.</param>
    /// <param name="refused">Packets that the kernel did not take: the interface is down, or out of memory.</param>
    /// <returns>How many packets of the device it was.</returns>
    internal int Write(int length, in PacketInfo info, out int refused)
    {
        if (_writer is not null && info.ChecksumPartial)
        {
            return _writer.Write(new ReadOnlySpan<byte>(_output + HeadRoom, length), info.GsoSize, out refused);
        }

        var start = _output + HeadRoom - _header;
        if (_header > 0)
        {
            VirtioNetHeader.ForTcp(new ReadOnlySpan<byte>(_output + HeadRoom, length), info.GsoSize, info.ChecksumPartial)
                .Write(new Span<byte>(start, _header));
        }

        refused = Libc.Write(_fd, start, (nuint)(length + _header)) < 0 ? 1 : 0;
        return 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _writer?.Dispose();
            NativeMemory.AlignedFree(_input);
            NativeMemory.AlignedFree(_output);
        }
    }

    private int ReadGathered(SegmentGatherer gatherer, out ReadOnlySpan<byte> packet, out PacketInfo info)
    {
        gatherer.Begin();
        while (gatherer.IsOpen && !_isDrained)
        {
            var room = gatherer.PollRoom();
            fixed (byte* start = room)
            {
                var length = (int)Libc.Read(_fd, start, (nuint)room.Length);
                _isDrained = length <= 0;
                if (length > 0)
                {
                    gatherer.Handle(length);
                }
            }
        }

        // What was read before the device had no more is given first; the call after that says so, and the one after asks anew.
        if (gatherer.TryTake(out packet, out info))
        {
            return gatherer.Segments;
        }

        _isDrained = false;
        return 0;
    }

    private static byte* Allocate() => (byte*)NativeMemory.AlignedAlloc(HeadRoom + PacketLimit + 1, HeadRoom);
}
