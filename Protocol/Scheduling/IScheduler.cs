using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Scheduling;

/// <summary>How the connection keeps account of what a subflow is to carry.</summary>
public enum SchedulerMode : byte
{
    /// <summary>Each byte is given to one subflow, and to others as copy or reinjection only.</summary>
    Single,

    /// <summary>
    /// Each active subflow carries each byte. The connection keeps a cursor for each subflow, moves it past what was data-ACKed, and a
    /// pick means: the next bytes at this subflow's cursor.
    /// </summary>
    Redundant,
}

/// <summary>Decides which subflow carries the next bytes. One instance belongs to one connection; it may keep state but no view.</summary>
/// <remarks>
/// The order of calls, for the connection:
/// <list type="number">
/// <item>While there is unsent data inside the send window: <see cref="Pick"/>. -1: wait; ask again when an ACK, a written byte, a timer
/// or a change of the subflows gave it something new to judge.</item>
/// <item>Else give the picked subflow at most the returned number of bytes as one chunk (or several), ask <see cref="PickCopies"/> for
/// other subflows that shall carry the same chunk, and tell <see cref="HandleAssigned"/> for each of them.</item>
/// <item>For the oldest byte without data ACK: <see cref="OverdueAfter"/> says when it may be put on another subflow; then, and when a
/// subflow itself gives bytes up (timeout, stale, closed), <see cref="PickReinjection"/> says on which.</item>
/// </list>
/// A scheduler may be exchanged for another between any two calls.
/// </remarks>
public interface IScheduler
{
    /// <summary>Name by which it is chosen.</summary>
    string Name { get; }

    /// <summary>How the connection keeps account of what a subflow is to carry.</summary>
    SchedulerMode Mode => SchedulerMode.Single;

    /// <summary>
    /// Whether a pick may name a subflow without <see cref="SubflowView.Space"/>, whose queue then holds the bytes until they can
    /// leave.
    /// </summary>
    bool QueuesAhead => false;

    /// <summary>The subflow that carries the next bytes.</summary>
    /// <param name="subflows">All subflows of the connection, at most <see cref="SubflowView.MaxSubflows"/>.</param>
    /// <param name="send">The connection.</param>
    /// <param name="bytes">The most bytes that this pick is good for; positive if a subflow was picked. It may exceed what is unsent or
    /// what the send window admits, never the subflow's space unless <see cref="QueuesAhead"/>.</param>
    /// <returns>An index into <paramref name="subflows"/>, or -1: wait.</returns>
    int Pick(ReadOnlySpan<SubflowView> subflows, in SendView send, out int bytes);

    /// <summary>Other subflows that carry a copy of the chunk that was just assigned.</summary>
    /// <param name="subflows">The views of the pick, before the assignment.</param>
    /// <param name="send">The connection before the assignment.</param>
    /// <param name="picked">The index that <see cref="Pick"/> returned.</param>
    /// <param name="bytes">Length of the chunk.</param>
    /// <returns>One bit for each index into <paramref name="subflows"/>.</returns>
    int PickCopies(ReadOnlySpan<SubflowView> subflows, in SendView send, int picked, int bytes) => 0;

    /// <summary>The subflow on which bytes are sent again that another one may have lost.</summary>
    /// <param name="subflows">All subflows; <see cref="SubflowView.Carries"/> marks those that have the bytes.</param>
    /// <param name="send">The connection.</param>
    /// <returns>An index into <paramref name="subflows"/>, or -1: none now.</returns>
    int PickReinjection(ReadOnlySpan<SubflowView> subflows, in SendView send) => Reinjections.Fastest(subflows);

    /// <summary>
    /// How long after its last transmission on a subflow the oldest byte without data ACK may be given to another one too;
    /// <see cref="Duration.Max"/>: not before the subflow itself gives it up.
    /// </summary>
    /// <param name="carrier">The subflow that sent the byte last.</param>
    Duration OverdueAfter(in SubflowView carrier) => Reinjections.WhenOverdue(carrier);

    /// <summary>
    /// How long an ACK that the peer owes at once may take before what the subflow carries is given to another one too, on suspicion;
    /// <see cref="Duration.Max"/>: it is never suspected.
    /// </summary>
    /// <param name="carrier">The subflow whose segments wait for it.</param>
    Duration SuspectAfter(in SubflowView carrier) => Reinjections.WhenSuspect(carrier);

    /// <summary>A subflow was given bytes, by a pick, as copy or as reinjection.</summary>
    /// <param name="subflow">The subflow's <see cref="SubflowView.Id"/>.</param>
    /// <param name="bytes">How many.</param>
    void HandleAssigned(int subflow, int bytes)
    {
    }

    /// <summary>The peer's window kept a subflow that had space from sending (BLEST learns from it).</summary>
    void HandleWindowLimited()
    {
    }

    /// <summary>A subflow is gone; its <see cref="SubflowView.Id"/> may come back as another one.</summary>
    /// <param name="subflow">The subflow's <see cref="SubflowView.Id"/>.</param>
    void HandleClosed(int subflow)
    {
    }
}
