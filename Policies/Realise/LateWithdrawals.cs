using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>An address that is to be withdrawn.</summary>
/// <param name="Path">The path that is gone.</param>
/// <param name="LocalId">The address's id in the connection.</param>
/// <param name="At">When, at the latest.</param>
/// <param name="Reason">Why.</param>
public sealed record LateWithdrawal(PathKey Path, byte LocalId, DateTimeOffset At, string Reason);

/// <summary>
/// Withdraws addresses later than their subflows are destroyed. A withdrawal makes a peer that sends go on by another path at once; one
/// that only receives is told to close the subflow while what was under way on it still arrives, from the queue of a modem behind the link
/// that went down: it is lost, and all of it is sent a second time (a bulk transfer onto 10 Mbit/s with 50 ms: a gap of 150 ms, and of
/// 75 when the withdrawal comes later).
/// </summary>
internal static class LateWithdrawals
{
    /// <summary>Longer than queues of a reasonable size, and no longer than a peer that begins to send just then can bear.</summary>
    private static readonly TimeSpan Underway = TimeSpan.FromMilliseconds(250);

    /// <summary>A peer that sent no data for this long is not expected to send any before its address is withdrawn.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    /// <summary>When to withdraw the address of a subflow whose link is down.</summary>
    /// <returns>Null for at once.</returns>
    internal static DateTimeOffset? Of(ConnectionState connection, SubflowState dead, DateTimeOffset now) =>
        !connection.ServerSide && connection.Progress.Any(one =>
            one.Local.Equals(dead.Local) && one.Remote.Equals(dead.Remote) && one.Outstanding && one.Heard >= Quiet)
            ? now + Underway
            : null;

    /// <summary>Does those whose time has come, or whose path is back and will get a new subflow under another id.</summary>
    /// <returns>What to remember, and when the next one is due.</returns>
    internal static (ConnectionMemory Memory, DateTimeOffset? NextDeadline) Run(
        ConnectionView view, ConnectionMemory memory, List<DataPlaneAction> actions, DateTimeOffset now)
    {
        var due = memory.Withdrawals.Where(one => one.At <= now || view.CanJoin(one.Path)).ToArray();
        foreach (var late in due)
        {
            // The kernel forgets an address with its last subflow, but for that of the first one, and withdraws only what it knows.
            if (late.LocalId != 0)
            {
                actions.Add(new AnnounceAddress(view.Connection.Token, late.Path, late.LocalId, $"{late.Reason} (known again for that)"));
            }

            actions.Add(new WithdrawAddress(view.Connection.Token, late.LocalId, late.Reason));
        }

        var left = memory.Withdrawals.Except(due).ToEquatableArray();
        return (due.Length == 0 ? memory : memory with { Withdrawals = left }, left.IsEmpty ? null : left.Min(one => one.At));
    }
}
