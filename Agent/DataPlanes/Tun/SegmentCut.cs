using System.Buffers.Binary;
using Multipath.Protocol.Wire;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// Cuts a TCP segment of up to 64 KB into ones that a link takes, as a device with segmentation offload does: each has all options, only
/// the last has PSH and FIN.
/// </summary>
internal ref struct SegmentCut
{
    private const byte Fin = 1;
    private const byte Psh = 8;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly SegmentHeaders _headers;
    private readonly int _portion;
    private int _done;
    private bool _isDone;

    /// <summary>Begins with a whole segment.</summary>
    /// <param name="packet">From its IP header on; its checksum may be missing.</param>
    /// <param name="segmentSize">Payload bytes of each piece; 0 for one piece, which only gets its checksum.</param>
    /// <exception cref="ArgumentException">It is no TCP segment.</exception>
    internal SegmentCut(ReadOnlySpan<byte> packet, int segmentSize)
    {
        if (!SegmentHeaders.TryFind(packet, out _headers))
        {
            throw new ArgumentException("Only a TCP segment can be cut.", nameof(packet));
        }

        _packet = packet;
        _portion = segmentSize > 0 ? segmentSize : packet.Length;
    }

    /// <summary>Writes the next piece.</summary>
    /// <param name="destination">Room for it.</param>
    /// <returns>Its length; 0 when there is none any more.</returns>
    internal int Next(Span<byte> destination)
    {
        if (_isDone)
        {
            return 0;
        }

        var left = _packet.Length - _headers.All - _done;
        var portion = Math.Min(left, _portion);
        _isDone = portion == left;
        var piece = destination[..(_headers.All + portion)];
        _packet[.._headers.All].CopyTo(piece);
        if (!_isDone)
        {
            piece[_headers.Flags] &= unchecked((byte)~(Fin | Psh));
        }

        var sequence = BinaryPrimitives.ReadUInt32BigEndian(_packet[_headers.Sequence..]);
        BinaryPrimitives.WriteUInt32BigEndian(piece[_headers.Sequence..], unchecked(sequence + (uint)_done));
        _headers.SetLength(piece);
        _headers.SetChecksum(piece, Checksum.CopyAndSum(_packet.Slice(_headers.All + _done, portion), piece[_headers.All..]));
        _done += portion;
        return piece.Length;
    }
}
