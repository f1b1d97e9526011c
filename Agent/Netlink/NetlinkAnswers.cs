namespace Multipath.Agent.Netlink;

/// <summary>
/// Which of several requests with consecutive sequence numbers were answered. Numbers wrap; those of other requests, and second answers,
/// are not taken.
/// </summary>
/// <param name="first">Sequence number of the first request.</param>
/// <param name="count">Of requests; at most 64.</param>
internal struct NetlinkAnswers(uint first, int count)
{
    private ulong _missing = count == 64 ? ulong.MaxValue : (1ul << count) - 1;

    /// <summary>Every request has its answer.</summary>
    internal readonly bool Complete => _missing == 0;

    /// <param name="sequence">Of an answer.</param>
    /// <param name="index">Which request it answers, from 0.</param>
    /// <returns>False when it answers none of these, or one that was answered already.</returns>
    internal bool TryTake(uint sequence, out int index)
    {
        var offset = unchecked(sequence - first);
        index = (int)Math.Min(offset, 64);
        var bit = index < 64 ? 1ul << index : 0;
        var taken = (_missing & bit) != 0;
        _missing &= ~bit;
        return taken;
    }
}
