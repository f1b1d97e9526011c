namespace Multipath.Protocol.Scheduling;

/// <summary>Each subflow in turn carries a quantum of segments (mptcp.org mptcp_rr.c: num_segments 1, cwnd_limited set).</summary>
/// <remarks>Work-conserving: a subflow without space loses its turn. The order is that of the ids.</remarks>
internal sealed class RoundRobin(int quantumSegments) : IScheduler
{
    private readonly int _quantumSegments = Math.Max(1, quantumSegments);
    private int _current = -1;
    private int _left;

    public string Name => "roundRobin";

    public int Pick(ReadOnlySpan<SubflowView> subflows, in SendView send, out int bytes)
    {
        int picked = Next(subflows, Standings.Best(subflows));
        if (picked < 0)
        {
            bytes = 0;
            return -1;
        }

        ref readonly SubflowView subflow = ref subflows[picked];
        if (subflow.Id != _current || _left <= 0)
        {
            _current = subflow.Id;
            _left = Math.Max(1, _quantumSegments * subflow.Mss);
        }

        bytes = Math.Min(subflow.Space, _left);
        return picked;
    }

    public void HandleAssigned(int subflow, int bytes)
    {
        if (subflow == _current)
        {
            _left -= bytes;
        }
    }

    /// <summary>
    /// The current subflow if its turn is not over, else the one with the next higher id, wrapping; -1 if none has space.
    /// </summary>
    private int Next(ReadOnlySpan<SubflowView> subflows, Standing standing)
    {
        int next = -1;
        int nearest = int.MaxValue;
        for (int i = 0; i < subflows.Length && standing != Standing.Unusable; i++)
        {
            ref readonly SubflowView subflow = ref subflows[i];
            if (subflow.Standing != standing || subflow.Space <= 0)
            {
                continue;
            }

            int turns = (subflow.Id - _current + SubflowView.MaxSubflows) % SubflowView.MaxSubflows;
            if (turns == 0 && _left <= 0)
            {
                turns = SubflowView.MaxSubflows;
            }

            if (turns < nearest)
            {
                nearest = turns;
                next = i;
            }
        }

        return next;
    }
}
