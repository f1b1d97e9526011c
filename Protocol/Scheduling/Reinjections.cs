using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Scheduling;

/// <summary>When bytes count as overdue, and where they are sent again: the rules that most schedulers share.</summary>
/// <remarks>
/// Upstream Linux reinjects when a subflow's retransmission timer fires (net/mptcp/protocol.c, __mptcp_retrans), which costs at least an
/// RTO. An ACK that is late by several variations is as good a sign that something is wrong, and a copy on an idle path is cheap: a dead
/// path is then left within about one round trip.
/// </remarks>
public static class Reinjections
{
    /// <summary>
    /// The least that an ACK may be late when round-trip times hardly vary: timers and batches of both hosts are not finer.
    /// </summary>
    private static readonly Duration LeastSlack = Duration.FromMillis(5);

    /// <summary>The least that an owed ACK may be late: one that was lost is made up for by the next, a few milliseconds later.</summary>
    private static readonly Duration LeastSuspectSlack = Duration.FromMillis(10);

    /// <summary>TCP_RTO_MIN of Linux.</summary>
    private static readonly Duration LeastTimeout = Duration.FromMillis(200);

    /// <summary>The timeout before a round trip was measured (RFC 6298 section 2.1).</summary>
    private static readonly Duration FirstTimeout = Duration.FromSeconds(1);

    /// <summary>Never by the clock: only when the subflow gives the bytes up.</summary>
    public static Duration OnlyWhenGivenUp => Duration.Max;

    /// <summary>The time in which an ACK would have come: the round-trip time, four variations (RFC 6298's K) and some slack.</summary>
    /// <param name="carrier">The subflow that sent the bytes.</param>
    public static Duration WhenOverdue(in SubflowView carrier)
    {
        if (carrier.Srtt <= Duration.Zero)
        {
            return OnlyWhenGivenUp;
        }

        Duration late = carrier.Srtt + Duration.Longer(carrier.RttVar * 4, LeastSlack);
        return carrier.Rto > Duration.Zero ? Duration.Shorter(late, carrier.Rto) : late;
    }

    /// <summary>
    /// The time after which an ACK that was owed at once is missing. A segment's own age is looked at, where <see cref="WhenOverdue"/>
    /// counts from the last ACK, most of a round trip later while data flows; so the slack may be wider, and is still shorter.
    /// </summary>
    /// <param name="carrier">The subflow that sent the segment.</param>
    public static Duration WhenSuspect(in SubflowView carrier) => carrier.Srtt <= Duration.Zero
        ? OnlyWhenGivenUp
        : carrier.Srtt + Duration.Longer(carrier.RttVar * 4, Duration.Longer(carrier.Srtt / 2, LeastSuspectSlack));

    /// <summary>A retransmission timeout without its backoff: what upstream Linux waits for.</summary>
    /// <param name="carrier">The subflow that sent the bytes.</param>
    public static Duration AfterTimeout(in SubflowView carrier) =>
        carrier.Srtt <= Duration.Zero ? FirstTimeout : Duration.Longer(carrier.Srtt + (carrier.RttVar * 4), LeastTimeout);

    /// <summary>
    /// The subflow of the best standing with the lowest round-trip time that has space and does not carry the bytes yet; -1 if none.
    /// </summary>
    /// <param name="subflows">All subflows.</param>
    /// <remarks>
    /// Backups serve when no active subflow is left that could help: the bytes are overdue, so one that does not move does not count.
    /// </remarks>
    public static int Fastest(ReadOnlySpan<SubflowView> subflows)
    {
        int best = -1;
        for (int i = 0; i < subflows.Length; i++)
        {
            ref readonly SubflowView candidate = ref subflows[i];
            if (candidate.Carries || candidate.Space <= 0 || candidate.Standing > Standing.Backup)
            {
                continue;
            }

            if (best < 0 || candidate.Standing < subflows[best].Standing
                || (candidate.Standing == subflows[best].Standing && candidate.Srtt < subflows[best].Srtt))
            {
                best = i;
            }
        }

        return best;
    }
}
