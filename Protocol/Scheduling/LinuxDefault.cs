using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Scheduling;

/// <summary>
/// The scheduler of upstream Linux (net/mptcp/protocol.c, mptcp_subflow_get_send): the subflow whose queue would drain first, the queue
/// being all bytes without ACK and the rate the pacing rate, averaged over what is queued.
/// </summary>
/// <remarks>
/// The pick may have no congestion window left: its socket queues up to the send buffer, which Linux lets grow to twice the window
/// (tcp_sndbuf_expand). If the one that would drain first has no room, there is no second best. Data is reinjected only after a timeout
/// (__mptcp_retrans). When every subflow is stale Linux sends nothing new; here stale ones are the last resort of every scheduler.
/// </remarks>
internal sealed class LinuxDefault : IScheduler
{
    /// <summary>MPTCP_SEND_BURST_SIZE: 64 KiB less the largest headers (20 TCP, 40 options, 40 IPv6, 8 fragment).</summary>
    internal const int BurstBytes = 65_536 - 108;

    private readonly long[] _averagePacing = new long[SubflowView.MaxSubflows];

    /// <summary>Twice the largest window so far: the send buffer does not shrink with the window.</summary>
    private readonly long[] _sendBuffer = new long[SubflowView.MaxSubflows];

    public string Name => "linuxDefault";

    public bool QueuesAhead => true;

    public int Pick(ReadOnlySpan<SubflowView> subflows, in SendView send, out int bytes)
    {
        bytes = 0;
        int picked = FirstToDrain(subflows, Standings.Best(subflows));
        if (picked < 0)
        {
            return -1;
        }

        ref readonly SubflowView subflow = ref subflows[picked];
        long room = Room(subflow);
        if (room <= 0)
        {
            return -1;
        }

        long burst = Math.Clamp(send.SendWindow - send.InFlight, 1, BurstBytes);
        ref long average = ref _averagePacing[subflow.Id];
        average = (long)(((average * (double)subflow.QueuedBytes) + (subflow.PacingRate * (double)burst)) / (burst + subflow.QueuedBytes));
        bytes = (int)Math.Min(burst, Math.Max(room, subflow.Mss));
        return picked;
    }

    /// <summary>mptcp_subflow_get_retrans asks for room in the socket, not in the window.</summary>
    public int PickReinjection(ReadOnlySpan<SubflowView> subflows, in SendView send)
    {
        int best = -1;
        for (int i = 0; i < subflows.Length; i++)
        {
            ref readonly SubflowView candidate = ref subflows[i];
            if (!candidate.Carries && Room(candidate) > 0 && candidate.Standing <= Standing.Backup
                && (best < 0 || candidate.Standing < subflows[best].Standing
                    || (candidate.Standing == subflows[best].Standing && candidate.QueuedBytes < subflows[best].QueuedBytes)))
            {
                best = i;
            }
        }

        return best;
    }

    public Duration OverdueAfter(in SubflowView carrier) => Reinjections.AfterTimeout(carrier);

    public Duration SuspectAfter(in SubflowView carrier) => Reinjections.OnlyWhenGivenUp;

    public void HandleClosed(int subflow)
    {
        _averagePacing[subflow] = 0;
        _sendBuffer[subflow] = 0;
    }

    private long Room(in SubflowView subflow)
    {
        ref long buffer = ref _sendBuffer[subflow.Id];
        buffer = Math.Max(buffer, 2L * subflow.Cwnd);
        return buffer - subflow.QueuedBytes;
    }

    private int FirstToDrain(ReadOnlySpan<SubflowView> subflows, Standing standing)
    {
        int first = -1;
        Int128 firstQueued = 0;
        long firstRate = 0;
        for (int i = 0; i < subflows.Length && standing != Standing.Unusable; i++)
        {
            ref readonly SubflowView subflow = ref subflows[i];
            if (subflow.Standing != standing)
            {
                continue;
            }

            ref long average = ref _averagePacing[subflow.Id];
            if (average == 0)
            {
                average = subflow.PacingRate;
            }

            if (average == 0)
            {
                continue;
            }

            // queued / rate < first's, without a division.
            if (first < 0 || (Int128)subflow.QueuedBytes * firstRate < firstQueued * average)
            {
                firstQueued = subflow.QueuedBytes;
                firstRate = average;
                first = i;
            }
        }

        return first;
    }
}
