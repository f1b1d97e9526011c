using System.Collections.Immutable;
using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>What may be done to priorities now.</summary>
internal enum Move
{
    /// <summary>All that the plan asks for.</summary>
    Free,

    /// <summary>New paths join in; old ones stay as they are.</summary>
    Join,

    /// <summary>Old paths stop carrying, and stay.</summary>
    Leave,

    /// <summary>Nothing: the old paths stay in use for a while.</summary>
    Stay,

    /// <summary>The old paths carry again, and the new one stops.</summary>
    Return,
}

/// <summary>
/// A planned handover of one connection as a transaction: while the old path answers, it is left only for one that carries.
/// </summary>
/// <remarks>
/// 1. The new subflow is made active beside the old one, until something that was sent on it is acknowledged. One on which nothing was
/// sent is idle, for a scheduler need not use it while the old one has room: then the next step is the proof.
/// 2. The old one becomes backup, so that all goes over the new one; until that is acknowledged, and nothing is under way on the old one
/// any more. What the plan avoids is closed only then.
/// 3. What was sent on the new one and is not acknowledged in time takes the handover back: the old one carries again, and the next try has
/// to wait.
/// An old path that dies meanwhile ends the transaction: what is dead is left at once.
/// </remarks>
internal sealed class HandoverWork(ConnectionView view, ImmutableArray<SubflowView> alive, DateTimeOffset now)
{
    /// <summary>A new path carries something within this, or nothing is sent on it while the old one has room.</summary>
    internal static readonly TimeSpan IdleAfter = TimeSpan.FromMilliseconds(300);

    /// <summary>Longer than a round trip of any path that is worth leaving another one for, with one loss.</summary>
    internal static readonly TimeSpan CarryDeadline = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The same, once the old path was left without that proof: nothing else carries then, and it would have gone on.
    /// </summary>
    internal static readonly TimeSpan UnprovenDeadline = TimeSpan.FromSeconds(1);

    /// <summary>A path that did not carry is not tried again before.</summary>
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    /// <summary>More than an old path sends again while it drains.</summary>
    internal const ulong Stream = 64 * 1024;

    /// <summary>How often a handover under way is looked at.</summary>
    internal static readonly TimeSpan LookTick = TimeSpan.FromMilliseconds(50);

    /// <summary>What to tell; null for nothing.</summary>
    internal HandoverStep? Step { get; private set; }

    /// <summary>When to look again; null when nothing waits.</summary>
    internal DateTimeOffset? NextDeadline { get; private set; }

    /// <summary>What to remember afterwards.</summary>
    internal HandoverMemory Memory { get; private set; } = HandoverMemory.None;

    private IEnumerable<SubflowView> News => view.Class.Paths.Where(p => p.Role == PathRole.Active)
        .SelectMany(p => alive.Where(s => s.Key == p.Path));

    private ImmutableArray<SubflowView> Old =>
        [.. alive.Where(s => !s.State.Backup && s.Role is (PathRole.Backup or PathRole.Avoid))];

    /// <summary>Decides; called once.</summary>
    internal Move Decide(HandoverMemory before)
    {
        Memory = before;
        return before.Current is { } current ? GoOn(current) : Begin();
    }

    /// <summary>The subflows that carried before.</summary>
    internal static bool IsFrom(Handover? handover, SubflowView subflow) => handover?.From.Any(e => Is(e, subflow)) == true;

    /// <summary>The subflow that has to carry.</summary>
    internal static bool IsTo(Handover? handover, SubflowView subflow) => handover is not null && Is(handover.To, subflow);

    private Move Begin()
    {
        var (old, target) = (Old, News.FirstOrDefault());
        if (old.IsEmpty || target is null)
        {
            return Move.Free;
        }

        var waits = view.Handover.MakeBeforeBreak;
        if (News.Any(s => !s.State.Backup && (!waits || Progress(s).Acked > 0)))
        {
            return Move.Free;
        }

        if (now < Memory.NotBefore)
        {
            NextDeadline = Memory.NotBefore;
            return Move.Stay;
        }

        var (sent, acked, _) = Progress(target);
        var begun = new Handover(old.Select(Ends).ToEquatableArray(), Ends(target), false, now, now, sent, acked);
        Memory = Memory with { Count = Memory.Count + 1, Current = begun };
        if (!waits)
        {
            End(begun, HandoverStage.Done, "the policy does not wait for the new path");
            return Move.Free;
        }

        Tell(begun, HandoverStage.Begun, view.PlanOf(target)!.Reason);
        NextDeadline = now + LookTick;
        return Move.Join;
    }

    private Move GoOn(Handover current)
    {
        var target = News.FirstOrDefault(s => Is(current.To, s));
        var left = alive.Where(s => IsFrom(current, s)).ToImmutableArray();
        if (target is null && !left.IsEmpty)
        {
            var there = alive.Any(s => Is(current.To, s));
            return Return(current, there ? "the plan wants another path" : "the new path fell silent or is gone", retry: !there);
        }

        if (target is null || left.All(s => s.Role == PathRole.Active))
        {
            End(current, HandoverStage.Done, left.IsEmpty ? "the old path is gone" : "the plan uses both");
            return Move.Free;
        }

        var (sent, acked, outstanding) = Progress(target);
        var (carried, idle) = (acked > current.Acked, sent <= current.Sent && !outstanding);
        var oldSent = left.Aggregate(0ul, (sum, s) => sum + Progress(s).Sent);
        if (!current.Left && (carried || (idle && now - current.Since >= IdleAfter)))
        {
            current = current with { Left = true, Since = now, OldSent = oldSent };
            Memory = Memory with { Current = current };
        }

        var late = now - current.Since >= (current.Left && !carried ? UnprovenDeadline : CarryDeadline);
        if (!carried && !idle && late)
        {
            return Return(current, "nothing that was sent on the new path was acknowledged in time", retry: true);
        }

        if (late && idle && oldSent > current.OldSent + Stream)
        {
            return Return(current, "all goes over the old path still, for the scheduler does not use the new one", retry: true);
        }

        var drained = !left.Any(s => !s.State.Backup || Progress(s).Outstanding);
        if (current.Left && ((carried && drained) || late))
        {
            End(current, HandoverStage.Done, carried ? "the new path carries" : "nothing was sent on it meanwhile");
            return Move.Free;
        }

        NextDeadline = now + LookTick;
        return current.Left ? Move.Leave : Move.Join;
    }

    private Move Return(Handover current, string why, bool retry)
    {
        End(current, HandoverStage.Reverted, why, failed: retry);
        Memory = Memory with { NotBefore = retry ? now + RetryAfter : now };
        NextDeadline = Memory.NotBefore > now ? Memory.NotBefore : null;
        return Move.Return;
    }

    private void End(Handover current, HandoverStage stage, string why, bool failed = false)
    {
        Memory = Memory with { Current = null };
        Tell(current, stage, why, failed);
    }

    private void Tell(Handover handover, HandoverStage stage, string why, bool failed = false)
    {
        var from = string.Join(", ", handover.From.Select(e => Name(e.Local.Address)).Distinct());
        var text = $"{from} -> {Name(handover.To.Local.Address)}: {why}";
        Step = new HandoverStep(
            view.Connection.Token, Memory.Count, stage, view.PathOf(handover.To.Local.Address), text, now - handover.Began, failed);
    }

    private string Name(System.Net.IPAddress local) => view.PathOf(local)?.ToString() ?? local.ToString();

    private (ulong Sent, ulong Acked, bool Outstanding) Progress(SubflowView subflow) =>
        view.Connection.Progress.FirstOrDefault(p => p.Local.Equals(subflow.State.Local) && p.Remote.Equals(subflow.State.Remote)) is { } p
            ? (p.BytesSent, p.BytesAcked, p.Outstanding)
            : default;

    private static SubflowEnds Ends(SubflowView subflow) => new(subflow.State.Local, subflow.State.Remote);

    private static bool Is(SubflowEnds ends, SubflowView subflow) =>
        ends.Local.Equals(subflow.State.Local) && ends.Remote.Equals(subflow.State.Remote);
}
