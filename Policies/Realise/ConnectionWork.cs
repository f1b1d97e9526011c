using System.Net;
using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>Decides what one connection needs; one use.</summary>
internal sealed class ConnectionWork(ConnectionView view, ConnectionMemory memory, ActionSteps steps, DateTimeOffset now)
{
    private readonly HashSet<SubflowView> _destroyed = [];
    private readonly HashSet<byte> _withdrawn = [];
    private readonly HashSet<PathKey> _counted = [];
    private Move _move;
    private string _handover = "";

    /// <summary>What to remember afterwards.</summary>
    internal ConnectionMemory Memory { get; private set; } = memory;

    /// <summary>When something that waits now can be done; null when nothing waits.</summary>
    internal DateTimeOffset? NextDeadline { get; private set; }

    private uint Token => view.Connection.Token;

    private IEnumerable<SubflowView> Left => view.Subflows.Where(s => !_destroyed.Contains(s));

    private IEnumerable<SubflowView> Alive => Left.Where(s => s.IsAlive);

    internal void Run()
    {
        Memory = Memory.Tidy(IsPending, now);
        (Memory, var withdrawal) = LateWithdrawals.Run(view, Memory, steps.Bury, now);
        Bury();
        WaitFor(withdrawal);
        if (view.Connection.ServerSide)
        {
            Serve();
            return;
        }

        ExpireJoins();
        Create();
        Prioritise();
        Retire();
        foreach (var pending in Memory.Pending)
        {
            Wait(pending.Since + Backoff.JoinDeadline);
        }
    }

    /// <summary>Pending until it is established or its link is down; the data plane may not show a join that is under way.</summary>
    private bool IsPending(PendingSubflow pending) =>
        view.CanJoin(pending.Path)
        && !view.Subflows.Any(s => s.State.Established && s.Key == pending.Path && s.State.Remote.Equals(pending.Remote));

    /// <summary>Dead subflows go as soon as another one carries, because the kernel then sends again at once what they held.</summary>
    private void Bury()
    {
        foreach (var dead in view.Subflows.Where(s => s.IsDead).OrderBy(view.IsWanted))
        {
            if (Alive.Any() || IsInTheWay(dead))
            {
                var down = dead.PathState == PathState.LinkDown;
                var why = down ? "link down" : "sent data unacknowledged";
                if (Destroy(dead, steps.Bury, $"{Name(dead)}: {why}; destroyed so that its data is sent again at once", silent: !down))
                {
                    Withdraw(dead, $"{Name(dead)}: {why}");
                }
            }
        }
    }

    /// <summary>
    /// Nothing carries, and the limit leaves no place for a path that can be tried now: then a dead subflow makes way.
    /// The last one only does when its link is down; one that is silent may yet be heard.
    /// </summary>
    private bool IsInTheWay(SubflowView dead) =>
        !view.Connection.ServerSide
        && (dead.PathState == PathState.LinkDown || Left.Count() > 1)
        && Left.Count() + Unseen() >= view.Limits.Subflows
        && Missing().Any(w => Memory.CreateNotBefore(w.Path.Path, w.Remote) <= now);

    private void Withdraw(SubflowView dead, string why)
    {
        var id = dead.State.LocalId;
        var whole = dead.PathState == PathState.LinkDown || (dead.PathState == PathState.Silent && id != 0);
        if (!whole || !_withdrawn.Add(id))
        {
            return;
        }

        Memory = dead.Key is { } path && Memory.Path(path).LocalId == id ? Memory.Withdrawn(path, id) : Memory;
        var reason = $"{why}; its address is withdrawn so that the peer sends again too";
        if (dead is { Key: { } gone, PathState: PathState.LinkDown } && LateWithdrawals.Of(view.Connection, dead.State, now) is { } at)
        {
            Memory = Memory with { Withdrawals = Memory.Withdrawals.Append(new LateWithdrawal(gone, id, at, reason)).ToEquatableArray() };
            Wait(at);
        }
        else
        {
            steps.Bury.Insert(steps.Bury.Count - 1, new WithdrawAddress(Token, id, reason));
        }
    }

    private void ExpireJoins()
    {
        foreach (var join in Left.Where(s => !s.State.Established && s.Key is not null && s.State.LocalId != 0).ToArray())
        {
            if (!Memory.Pending.Any(p => p.Path == join.Key && p.Remote.Equals(join.State.Remote)))
            {
                Memory = Memory.Created(join.Key!, join.State.Remote, join.State.LocalId, now);
            }
        }

        foreach (var late in Memory.Pending.Where(p => now - p.Since >= Backoff.JoinDeadline))
        {
            var join = Left.FirstOrDefault(s => !s.State.Established && s.Key == late.Path && s.State.Remote.Equals(late.Remote));
            Memory = Memory.TimedOut(late, now);
            if (join is not null)
            {
                Destroy(join, steps.Bury, $"{Name(join)}: no answer to the join", silent: false);
            }
        }
    }

    private void Create()
    {
        if (!view.Subflows.IsEmpty && !view.Subflows.Any(s => s.State.Established))
        {
            return;
        }

        foreach (var wanted in Missing())
        {
            var at = Memory.CreateNotBefore(wanted.Path.Path, wanted.Remote);
            if (at > now)
            {
                Wait(at);
            }
            else if (HasRoom() && AddressIds.Choose(view.Connection, Left.Select(s => s.State), Memory, wanted.Path.Path) is { } id)
            {
                Memory = Memory.Created(wanted.Path.Path, wanted.Remote, id, now);
                var (path, backup) = (wanted.Path, wanted.Plan.Role == PathRole.Backup);
                steps.Create.Add(new CreateSubflow(
                    Token, path.Path, path.InterfaceIndex, id, wanted.Remote, backup, wanted.Plan.Reason));
            }
        }
    }

    private IEnumerable<WantedSubflow> Missing() => view.Wanted.Where(w =>
        !Left.Any(s => s.Key == w.Path.Path && s.State.Remote.Equals(w.Remote))
        && !Memory.Pending.Any(p => p.Path == w.Path.Path && p.Remote.Equals(w.Remote)));

    /// <summary>Pending joins that the data plane does not show yet.</summary>
    private int Unseen() => Memory.Pending.Count(p => !Left.Any(s => s.Key == p.Path && s.State.Remote.Equals(p.Remote)));

    /// <summary>
    /// Whether the limit allows one more; if not, a subflow that the plan does not ask for makes way when another one carries.
    /// </summary>
    private bool HasRoom()
    {
        if (Left.Count() + Unseen() < view.Limits.Subflows)
        {
            return true;
        }

        var extra = Left.LastOrDefault(s => s.Role is not null && !view.IsWanted(s) && Alive.Any(o => o != s));
        return extra is not null
            && Destroy(extra, steps.Create, $"{Name(extra)}: makes way for a path of the plan, within the limit", silent: false);
    }

    /// <summary>The peer makes the subflows: it is told where to, and how many is enough.</summary>
    private void Serve()
    {
        var (over, within) = JoinLimit.Choose(view, [.. Left.Where(s => s.State.Established)], Memory.Joined);
        foreach (var extra in over)
        {
            Destroy(extra, steps.Retire, $"{Name(extra)}: over the limit of {view.Limits.Subflows} subflows", silent: false);
        }

        (Memory, var next) = AddressOffers.Offer(view, Memory with { Joined = within }, [.. Alive], steps.Create, now);
        WaitFor(next);
    }

    private void Prioritise()
    {
        var handover = new HandoverWork(view, [.. Alive], now);
        var before = Memory.Handovers.Current;
        _move = handover.Decide(Memory.Handovers);
        Memory = Memory with { Handovers = handover.Memory };
        if (handover.Step is { } step)
        {
            steps.Handovers.Add(step);
        }

        _handover = before is not null || handover.Memory.Current is not null
            ? $"handover {HandoverStep.IdOf(Token, handover.Memory.Count)}"
            : "";
        WaitFor(handover.NextDeadline);

        foreach (var change in Priorities.Choose(_move, before, handover.Memory.Current, [.. Alive]))
        {
            SetBackup(change.Subflow, change.Backup);
        }
    }

    private void SetBackup(SubflowView subflow, bool backup)
    {
        var (local, remote) = (subflow.State.Local, subflow.State.Remote);
        if (MayTry(HeldKind.Priority, local, remote))
        {
            var reason = view.PlanOf(subflow)?.Reason ?? $"{Name(subflow)}: not named by the plan any more";
            steps.Prioritise.Add(new SetBackup(Token, local, remote, backup, _handover.Length == 0 ? reason : $"{reason}; {_handover}"));
        }
    }

    /// <summary>What the plan avoids goes when something that it asks for carries; so does what is over the limit.</summary>
    private void Retire()
    {
        foreach (var avoided in Left.Where(s => s.Role == PathRole.Avoid && (_move == Move.Free || MayGo(s))).ToArray())
        {
            if (Alive.Any(s => s != avoided && (s.Role != PathRole.Avoid || !view.Handover.MakeBeforeBreak)))
            {
                Destroy(avoided, steps.Retire, view.PlanOf(avoided)!.Reason, silent: false);
            }
        }

        foreach (var extra in Left.Where(s => s.Role is not null && !view.IsWanted(s)).Reverse().ToArray())
        {
            if (Left.Count() > view.Limits.Subflows && Alive.Any(s => s != extra && s.Role != PathRole.Avoid))
            {
                Destroy(extra, steps.Retire, $"{Name(extra)}: over the limit of {view.Limits.Subflows} subflows", silent: false);
            }
        }
    }

    /// <summary>Whether a handover that is under way does not fall back on it.</summary>
    private bool MayGo(SubflowView avoided) =>
        _move != Move.Return && avoided.State.Backup && !HandoverWork.IsFrom(Memory.Handovers.Current, avoided);

    private bool Destroy(SubflowView subflow, List<DataPlaneAction> step, string reason, bool silent)
    {
        var (local, remote) = (subflow.State.Local, subflow.State.Remote);
        if (!MayTry(HeldKind.Destroy, local, remote))
        {
            return false;
        }

        _destroyed.Add(subflow);
        step.Add(new DestroySubflow(Token, local, remote, reason));
        if (subflow.Key is { } path)
        {
            // Subflows that fall silent together are one failure of their path.
            var known = Memory.Path(path);
            Memory = Memory.Destroyed(path, subflow.State, silent && _counted.Add(path), now);
            Memory = known.Announced ? Memory.Announced(path, known.LocalId) : Memory;
        }

        return true;
    }

    private bool MayTry(HeldKind kind, IPEndPoint local, IPEndPoint remote)
    {
        var at = Memory.NotBefore(kind, local, remote);
        if (at > now)
        {
            Wait(at);
        }

        return at <= now;
    }

    private void WaitFor(DateTimeOffset? at)
    {
        if (at is { } moment)
        {
            Wait(moment);
        }
    }

    private void Wait(DateTimeOffset at) => NextDeadline = NextDeadline is null || at < NextDeadline ? at : NextDeadline;

    private static string Name(SubflowView subflow) => subflow.Key?.ToString() ?? subflow.State.Local.Address.ToString();
}
