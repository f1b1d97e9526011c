using Multipath.Protocol.Buffers;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>Ranges that are to be given to a second subflow, lowest first (RFC 8684 section 3.3.6).</summary>
/// <remarks>Their first subflow still retransmits them: the mapping is a promise.</remarks>
internal sealed class ReinjectionQueue
{
    /// <summary>Bound of the ranges: what finds no place is found again by the connection's timer.</summary>
    public const int MaxRanges = 256;

    private readonly RangeSet _ranges = new(MaxRanges);
    private bool _isFinal;

    /// <summary>
    /// All that a subflow carried which has ended, or is suspected, is among it: another one takes over. Until the queue is empty.
    /// </summary>
    public bool IsTakeover { get; private set; }

    /// <summary>Whether there is anything.</summary>
    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>All bytes of the ranges.</summary>
    public long Bytes
    {
        get
        {
            var bytes = 0L;
            for (var i = 0; i < _ranges.Count; i++)
            {
                bytes += _ranges[i].Length;
            }

            return bytes;
        }
    }

    /// <summary>The lowest range.</summary>
    public DsnRange First => _ranges[0];

    /// <summary>What follows is all that a subflow carried.</summary>
    /// <param name="isFinal">Whether it has ended; else the takeover may be called off.</param>
    public void BeginTakeover(bool isFinal)
    {
        IsTakeover = true;
        _isFinal |= isFinal;
    }

    /// <summary>A subflow that was suspected lives: what was not given to another yet need not be.</summary>
    public void CallOff()
    {
        if (!_isFinal)
        {
            Clear();
        }
    }

    /// <summary>Adds a range.</summary>
    public void Add(Dsn64 start, Dsn64 end) => _ranges.TryAdd(start, end);

    /// <summary>Forgets what is before a number: acknowledged, or given away.</summary>
    public void DropBefore(Dsn64 number)
    {
        while (_ranges.Count > 0 && _ranges[0].Start < number)
        {
            var first = _ranges[0];
            _ranges.RemoveFirst();
            if (first.End > number)
            {
                _ranges.TryAdd(number, first.End);
            }
        }

        IsTakeover &= _ranges.Count > 0;
        _isFinal &= IsTakeover;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _ranges.Clear();
        IsTakeover = _isFinal = false;
    }
}
