using System.Buffers.Binary;
using Multipath.Protocol;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Joins TCP segments that follow each other in a flow, as the receive offload of a device does (Linux: <c>tcp_gro_receive</c>): headers
/// alike but for length, number, checksum and PSH, each payload but the last of one size, every checksum verified. What takes them has one
/// packet to look at for many.
/// </summary>
/// <remarks>
/// Nothing is copied for it: each packet is read to where its payload follows the one before, so that its headers cover that one's end,
/// which is kept meanwhile and put back. Only a packet that does not follow is moved. In turn: <see cref="Begin"/>; while
/// <see cref="IsOpen"/>, <see cref="PollRoom"/> and <see cref="Handle"/>; <see cref="TryTake"/>.
/// </remarks>
internal sealed class SegmentGatherer
{
    /// <summary>Segments of one packet: whoever reads up to a budget does not go far beyond it. As many as a packet has of 1 KB.</summary>
    internal const int SegmentLimit = 64;

    private const byte Psh = 8;
    private const byte Ack = 16;

    private readonly byte[] _covered = new byte[SegmentHeaders.Limit];
    private byte[] _run = Allocate();
    private byte[] _next = Allocate();
    private SegmentHeaders _headers;
    private int _length;
    private int _held;
    private int _segmentSize;

    /// <summary>Whether another packet may be read.</summary>
    internal bool IsOpen { get; private set; }

    /// <summary>Packets that were joined so far.</summary>
    internal int Segments { get; private set; }

    /// <summary>Begins the next packet: with what did not follow in the one before, if anything.</summary>
    internal void Begin()
    {
        (_length, Segments, IsOpen) = (0, 0, true);
        if (_held > 0)
        {
            (_run, _next) = (_next, _run);
            HandleFirst(_held);
            _held = 0;
        }
    }

    /// <summary>Where to read a packet to; pinned.</summary>
    internal Span<byte> PollRoom()
    {
        if (_length == 0)
        {
            return _run.AsSpan(0, TunQueue.PacketLimit);
        }

        var place = _length - _headers.All;
        _run.AsSpan(place, _headers.All).CopyTo(_covered);
        return _run.AsSpan(place, TunQueue.PacketLimit);
    }

    /// <summary>A packet was read to the room.</summary>
    /// <param name="length">Its bytes.</param>
    internal void Handle(int length)
    {
        if (_length == 0)
        {
            HandleFirst(length);
            return;
        }

        var place = _length - _headers.All;
        var packet = _run.AsSpan(place, length);
        if (Follows(packet))
        {
            var portion = length - _headers.All;
            _run[_headers.Flags] |= packet[_headers.Flags];
            _length += portion;
            Segments++;
            IsOpen = portion == _segmentSize && Segments < SegmentLimit && _length + _segmentSize <= TunQueue.PacketLimit;
        }
        else
        {
            packet.CopyTo(_next);
            _held = length;
            IsOpen = false;
        }

        _covered.AsSpan(0, _headers.All).CopyTo(_run.AsSpan(place));
    }

    /// <summary>No more is to be read, or can be: what there is.</summary>
    /// <param name="packet">From its IP header on; valid until the next call.</param>
    /// <param name="info">What is known of it.</param>
    /// <returns>False when nothing was read.</returns>
    internal bool TryTake(out ReadOnlySpan<byte> packet, out PacketInfo info)
    {
        var run = _run.AsSpan(0, _length);
        if (Segments > 1)
        {
            _headers.SetLength(run);
        }

        packet = run;
        info = new PacketInfo { ChecksumTrusted = _segmentSize > 0, GsoSize = Segments > 1 ? (ushort)_segmentSize : (ushort)0 };
        return _length > 0;
    }

    // A payload that is shorter than the headers could not be covered by those of the next without the first's being so too.
    private void HandleFirst(int length)
    {
        var packet = _run.AsSpan(0, length);
        (_length, Segments) = (length, 1);
        IsOpen = SegmentHeaders.TryFind(packet, out _headers) && length >= 2 * _headers.All && (packet[_headers.Flags] & ~Psh) == Ack
            && _headers.IsIntact(packet);
        _segmentSize = IsOpen ? length - _headers.All : 0;
        IsOpen &= _length + _segmentSize <= TunQueue.PacketLimit;
    }

    private bool Follows(ReadOnlySpan<byte> packet)
    {
        ReadOnlySpan<byte> first = _run;
        return packet.Length > _headers.All && packet.Length - _headers.All <= _segmentSize
            && SegmentHeaders.TryFind(packet, out var headers) && headers == _headers
            && IsOfFlow(first, packet)
            && BinaryPrimitives.ReadUInt32BigEndian(packet[headers.Sequence..])
                == unchecked(BinaryPrimitives.ReadUInt32BigEndian(first[headers.Sequence..]) + (uint)(_length - headers.All))
            && headers.IsIntact(packet);
    }

    // All but lengths, IPv4's identification, checksums, the number and PSH.
    private bool IsOfFlow(ReadOnlySpan<byte> first, ReadOnlySpan<byte> packet)
    {
        var isSameIp = _headers.IsV4
            ? AreSame(first, packet, 0, 2) && AreSame(first, packet, 6, 10) && AreSame(first, packet, 12, 20)
            : AreSame(first, packet, 0, 4) && AreSame(first, packet, 6, 40);
        return isSameIp && AreSame(first, packet, _headers.Ip, _headers.Sequence)
            && AreSame(first, packet, _headers.Acknowledgment, _headers.Flags) && (packet[_headers.Flags] & ~Psh) == Ack
            && AreSame(first, packet, _headers.Window, _headers.TcpChecksum) && AreSame(first, packet, _headers.Urgent, _headers.All);
    }

    private static bool AreSame(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, int from, int to) =>
        one[from..to].SequenceEqual(other[from..to]);

    // A whole packet has room behind a run that is nearly full.
    private static byte[] Allocate() => GC.AllocateUninitializedArray<byte>(2 * TunQueue.PacketLimit, pinned: true);
}
