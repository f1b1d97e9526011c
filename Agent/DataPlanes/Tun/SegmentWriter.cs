using System.Runtime.InteropServices;
using Multipath.Agent.Interop;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Cuts large segments and writes the pieces to a TUN: many with one system call where io_uring is allowed, else one by one. One thread.
/// </summary>
internal sealed unsafe class SegmentWriter : IDisposable
{
    /// <summary>
    /// Room for any packet, and not a power of two: the first bytes of the pieces would share the same few lines of the caches.
    /// Memory that no piece reaches is never touched.
    /// </summary>
    private const int SlotBytes = 64 * 1025;

    private readonly int _fd;
    private readonly WriteRing? _ring;
    private readonly byte* _slots;
    private bool _disposed;

    /// <param name="fd">The queue; its device stays the owner.</param>
    /// <param name="batches">Whether to try io_uring.</param>
    internal SegmentWriter(int fd, bool batches = true)
    {
        (_fd, _ring) = (fd, batches ? WriteRing.TryOpen(fd) : null);
        _slots = (byte*)NativeMemory.AlignedAlloc((nuint)(SlotBytes * (_ring is null ? 1 : WriteRing.Capacity)), 64);
    }

    /// <summary>Whether one system call writes many.</summary>
    internal bool Batches => _ring is not null;

    /// <summary>Writes a large segment.</summary>
    /// <param name="segment">From its IP header on; its checksum may be missing.</param>
    /// <param name="segmentSize">Payload bytes of each piece; 0 for one piece.</param>
    /// <param name="refused">Pieces that the kernel did not take.</param>
    /// <returns>How many pieces it was.</returns>
    internal int Write(ReadOnlySpan<byte> segment, int segmentSize, out int refused)
    {
        // For one piece a plain write is the cheaper call.
        var ring = segmentSize > 0 ? _ring : null;
        var cut = new SegmentCut(segment, segmentSize);
        var (count, added) = (0, 0);
        refused = 0;
        while (cut.Next(new Span<byte>(_slots + (added * SlotBytes), TunQueue.PacketLimit)) is > 0 and var length)
        {
            count++;
            if (ring is null)
            {
                refused += Libc.Write(_fd, _slots, (nuint)length) < 0 ? 1 : 0;
                continue;
            }

            ring.Add(_slots + (added * SlotBytes), length);
            if (++added == WriteRing.Capacity)
            {
                refused += ring.Submit();
                added = 0;
            }
        }

        refused += added > 0 ? ring!.Submit() : 0;
        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ring?.Dispose();
            NativeMemory.AlignedFree(_slots);
        }
    }
}
