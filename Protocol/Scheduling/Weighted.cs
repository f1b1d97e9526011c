namespace Multipath.Protocol.Scheduling;

/// <summary>
/// Bytes are shared in proportion to <see cref="SubflowView.Weight"/>, as far as the windows admit: the subflow goes next that has
/// carried least for its weight (stride scheduling: Waldspurger and Weihl 1995, with bytes as the stride).
/// </summary>
/// <remarks>Work-conserving: a subflow without space is passed over and may catch up later, within <see cref="CatchUpBytes"/>.</remarks>
internal sealed class Weighted : IScheduler
{
    /// <summary>
    /// What a subflow may catch up after a pause, bytes for each unit of weight: one burst, or it would take all traffic on its
    /// return.
    /// </summary>
    internal const int CatchUpBytes = 64 * 1024;

    /// <summary>Passes are kept in bytes per unit of weight, times this, so that weights up to 65,535 still divide a segment.</summary>
    private const int PassScaleBits = 16;

    private readonly long[] _pass = new long[SubflowView.MaxSubflows];
    private readonly int[] _weight = new int[SubflowView.MaxSubflows];

    /// <summary>The pass of the last pick: subflows may not fall behind it by more than what they may catch up.</summary>
    private long _now;

    public string Name => "weighted";

    public int Pick(ReadOnlySpan<SubflowView> subflows, in SendView send, out int bytes)
    {
        Standing best = Standings.Best(subflows);
        int picked = -1;
        for (int i = 0; i < subflows.Length && best != Standing.Unusable; i++)
        {
            ref readonly SubflowView subflow = ref subflows[i];
            if (subflow.Standing != best || subflow.Space <= 0)
            {
                continue;
            }

            _weight[subflow.Id] = Math.Max((ushort)1, subflow.Weight);
            _pass[subflow.Id] = Math.Max(_pass[subflow.Id], _now - ((long)CatchUpBytes << PassScaleBits));
            if (picked < 0 || _pass[subflow.Id] < _pass[subflows[picked].Id])
            {
                picked = i;
            }
        }

        if (picked < 0)
        {
            bytes = 0;
            return -1;
        }

        _now = Math.Max(_now, _pass[subflows[picked].Id]);
        bytes = Math.Min(subflows[picked].Space, Math.Max(1, subflows[picked].Mss));
        return picked;
    }

    public void HandleAssigned(int subflow, int bytes) =>
        _pass[subflow] += ((long)bytes << PassScaleBits) / Math.Max(1, _weight[subflow]);

    public void HandleClosed(int subflow)
    {
        _pass[subflow] = _now;
        _weight[subflow] = 0;
    }
}
