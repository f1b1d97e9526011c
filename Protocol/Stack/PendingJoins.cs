using System.Numerics;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>
/// Joins that were answered without a subflow: what their third ACKs will not say again. The table never grows. A secret hash of the ends
/// leads to a few entries, of which the oldest makes room.
/// </summary>
/// <remarks>
/// A join is forgotten early only if as many others meet it there within its round trip: with 65,536 entries and 100,000 SYNs a second that
/// happens to about one in ten thousand at 100 ms, whose peer is refused and may try again.
/// </remarks>
/// <param name="capacity">Entries at most, rounded up to a power of 2.</param>
/// <param name="seed">The hash's secret, so that nobody can aim at another's entries.</param>
internal sealed class PendingJoins(int capacity, ulong seed)
{
    private const int Ways = 8;

    private readonly PendingJoin[] _entries = new PendingJoin[Math.Max(Ways, (int)BitOperations.RoundUpToPowerOf2((uint)capacity))];
    private long _added;

    /// <summary>Finds a join.</summary>
    /// <returns>False when it was not added, or forgotten.</returns>
    public bool TryFind(in FourTuple tuple, out PendingJoin join)
    {
        foreach (ref readonly var one in Set(tuple))
        {
            if (one.Order > 0 && one.Tuple.Equals(tuple))
            {
                join = one;
                return true;
            }
        }

        join = default;
        return false;
    }

    /// <summary>Adds a join whose ends have none.</summary>
    public void Add(in PendingJoin join)
    {
        var set = Set(join.Tuple);
        var oldest = 0;
        for (var i = 1; i < set.Length; i++)
        {
            oldest = set[i].Order < set[oldest].Order ? i : oldest;
        }

        set[oldest] = join with { Order = ++_added };
    }

    /// <summary>Forgets a join: it has come to its end.</summary>
    public void Remove(in FourTuple tuple)
    {
        foreach (ref var one in Set(tuple))
        {
            one = one.Tuple.Equals(tuple) ? default : one;
        }
    }

    private Span<PendingJoin> Set(in FourTuple tuple) =>
        _entries.AsSpan((int)tuple.Hash(seed) & (_entries.Length - Ways), Ways);
}
