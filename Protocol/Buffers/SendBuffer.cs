using System.Diagnostics;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Buffers;

/// <summary>The bytes that the application wrote, by data sequence number, until nobody can ask for them again.</summary>
/// <remarks>
/// Subflows keep no copy, they name ranges. A byte may go when it is acknowledged at connection level <em>and</em> no subflow still has to
/// retransmit it (RFC 8684 section 3.3.5): hence two marks, <see cref="Acknowledged"/> and <see cref="Retained"/>.
/// </remarks>
internal sealed class SendBuffer
{
    private readonly int _limit;
    private readonly int _retainLimit;
    private Ring _ring;

    /// <summary>Creates an empty buffer.</summary>
    /// <param name="start">Number of the first byte that will be written.</param>
    /// <param name="limit">Bytes that may wait for an acknowledgement at connection level.</param>
    /// <param name="budget">Where the memory comes from.</param>
    public SendBuffer(Dsn64 start, int limit, MemoryBudget budget)
    {
        _limit = limit;
        _retainLimit = limit * RetainFactor;
        _ring = new Ring(budget);
        Retained = Acknowledged = End = start;
    }

    /// <summary>
    /// How much more than the limit acknowledged bytes may take that a slow subflow still has to retransmit. Past this the writer waits,
    /// and the connection gives the slow subflow up.
    /// </summary>
    public const int RetainFactor = 2;

    /// <summary>The oldest byte that is kept.</summary>
    public Dsn64 Retained { get; private set; }

    /// <summary>The oldest byte that is not acknowledged at connection level.</summary>
    public Dsn64 Acknowledged { get; private set; }

    /// <summary>The number after the last byte written.</summary>
    public Dsn64 End { get; private set; }

    /// <summary>Bytes that <see cref="Write"/> would take now.</summary>
    public int Space => (int)Math.Max(0, Math.Min(_limit - (End - Acknowledged), _retainLimit - (End - Retained)));

    /// <summary>True when bytes that are acknowledged, but still owed by a subflow, keep the writer waiting.</summary>
    /// <remarks>From where the writer is not woken any more: it is only for half a buffer of room.</remarks>
    public bool IsHeldBySlowSubflow => 2 * (_retainLimit - (End - Retained)) < _limit;

    /// <summary>Appends what there is room for.</summary>
    /// <returns>Bytes taken.</returns>
    public int Write(ReadOnlySpan<byte> data)
    {
        var length = Math.Min(data.Length, Space);
        if (length == 0 || !Reserve(length))
        {
            return 0;
        }

        _ring.Store(End, data[..length]);
        End += length;
        return length;
    }

    /// <summary>Room at the end, in one piece, for a writer that has no buffer of its own; valid until the next call.</summary>
    /// <param name="wanted">Bytes wished for; the piece may be shorter, and longer than what remains to the limit it never is.</param>
    public Span<byte> WriteSpan(int wanted)
    {
        var length = Math.Min(wanted, Space);
        if (length <= 0 || !Reserve(length))
        {
            return [];
        }

        _ring.Span(End, length, out var first, out _);
        return first;
    }

    /// <summary>Appends the first bytes of what <see cref="WriteSpan"/> gave.</summary>
    public void Commit(int written)
    {
        Debug.Assert(written >= 0 && written <= Space, "no more can be committed than was given");
        End += written;
    }

    /// <summary>The bytes of a range, in one piece or two.</summary>
    public void Read(Dsn64 from, int length, out ReadOnlySpan<byte> first, out ReadOnlySpan<byte> second)
    {
        Debug.Assert(from >= Retained && from + length <= End, "the range is kept");
        _ring.Span(from, length, out var one, out var two);
        first = one;
        second = two;
    }

    /// <summary>Notes an acknowledgement at connection level. One from the past or beyond the end changes nothing.</summary>
    /// <returns>Bytes newly acknowledged.</returns>
    public int Acknowledge(Dsn64 upTo)
    {
        if (upTo <= Acknowledged || upTo > End)
        {
            return 0;
        }

        var fresh = (int)(upTo - Acknowledged);
        Acknowledged = upTo;
        return fresh;
    }

    /// <summary>
    /// Forgets what is acknowledged and older than <paramref name="floor"/>, the oldest byte that a subflow still owes.
    /// </summary>
    public void Release(Dsn64 floor)
    {
        var upTo = floor < Acknowledged ? floor : Acknowledged;
        if (upTo <= Retained)
        {
            return;
        }

        Retained = upTo;
        if (Retained == End)
        {
            _ring.Free();
        }
    }

    /// <summary>Gives the memory back; nothing may be read after this.</summary>
    public void Free()
    {
        Retained = Acknowledged = End;
        _ring.Free();
    }

    private bool Reserve(int length)
    {
        var held = (int)(End - Retained);
        return _ring.TryReserve(Retained, held, held + length);
    }
}
