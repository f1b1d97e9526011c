using System.Buffers.Binary;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Cuts a TCP segment of up to 64 KB into ones that a link takes, as a device with segmentation offload does: each has all options, only
/// the last has PSH and FIN. They are made one after the other in the segment's own place: the headers of each are put right before its
/// payload, over the end of the one before, which must have been written by then.
/// </summary>
internal ref struct SegmentCut
{
    private const byte Fin = 1;
    private const byte Psh = 8;

    private readonly Span<byte> _packet;
    private readonly Span<byte> _template;
    private readonly SegmentHeaders _headers;
    private readonly int _portion;
    private int _place;
    private bool _isDone;

    /// <summary>Begins with a whole segment.</summary>
    /// <param name="packet">From its IP header on; its checksum may be missing.</param>
    /// <param name="segmentSize">Payload bytes of each piece; 0 for one piece, which only gets its checksum.</param>
    /// <param name="scratch"><see cref="SegmentHeaders.Limit"/> bytes for the headers meanwhile.</param>
    /// <exception cref="ArgumentException">It is no TCP segment.</exception>
    internal SegmentCut(Span<byte> packet, int segmentSize, Span<byte> scratch)
    {
        if (!SegmentHeaders.TryFind(packet, out _headers))
        {
            throw new ArgumentException("Only a TCP segment can be cut.", nameof(packet));
        }

        _packet = packet;
        _template = scratch[.._headers.All];
        _portion = segmentSize > 0 ? segmentSize : packet.Length;
        packet[.._headers.All].CopyTo(_template);
    }

    /// <summary>The next piece, whole and valid until the next call.</summary>
    /// <returns>False when there is none any more.</returns>
    internal bool TryNext(out Span<byte> piece)
    {
        if (_isDone)
        {
            piece = default;
            return false;
        }

        var left = _packet.Length - _headers.All - _place;
        var portion = Math.Min(left, _portion);
        _isDone = portion == left;
        piece = _packet.Slice(_place, _headers.All + portion);
        _template.CopyTo(piece);
        if (!_isDone)
        {
            piece[_headers.Flags] &= unchecked((byte)~(Fin | Psh));
        }

        var sequence = BinaryPrimitives.ReadUInt32BigEndian(_template[_headers.Sequence..]);
        BinaryPrimitives.WriteUInt32BigEndian(piece[_headers.Sequence..], unchecked(sequence + (uint)_place));
        _headers.SetLength(piece);
        _headers.SetChecksum(piece);
        _place += portion;
        return true;
    }
}
