using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.Interop;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>An action and how it went.</summary>
/// <param name="Action">What was tried.</param>
/// <param name="Error">Null when the data plane took it, or would have.</param>
/// <param name="Overtaken">
/// What it was about was gone already, or not whole yet: nothing was done and nothing refused, and what is needed is to be decided anew.
/// </param>
internal readonly record struct ActionResult(DataPlaneAction Action, KernelError? Error, bool Overtaken = false);

/// <summary>Does actions on the data plane, one after the other, and keeps the table true to what was done.</summary>
internal sealed class ActionRunner(IDataPlane plane, ConnectionTable table, Journal journal, AgentClock clock)
{
    /// <summary>Does one action; connections that are gone or not ours are left alone.</summary>
    public ActionResult Run(DataPlaneAction action)
    {
        var began = clock.Now;
        var (kind, text) = (Kind(action), Describe(action));
        using var span = journal.Trace.Action(kind, text, action.Reason, began);
        var error = table.TryGet(action.Token, out var connection) && connection.Steerable
            ? Do(action, connection, began)
            : new KernelError("act", Errno.NoSuchProcess, "the connection is not under this agent");
        if (error is not null && connection is not null && IsOvertaken(action, error, connection))
        {
            journal.Overtaken(kind, action.Token, text, clock.Now - began);
            return new ActionResult(action, action is SetBackup ? null : error, Overtaken: true);
        }

        var refusal = error?.ToString() ?? "";
        journal.Action(kind, action.Token, PathOf(action), text, action.Reason, refusal, clock.Now - began);
        span?.SetStatus(error is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error, error is null ? null : refusal);
        return new ActionResult(action, error);
    }

    /// <summary>For the silo.</summary>
    public static ActionOutcome Outcome(ActionResult result) =>
        new(Describe(result.Action), result.Action.Reason, result.Error?.ToString() ?? "");

    /// <summary>What an action does, in words.</summary>
    public static string Describe(DataPlaneAction action) => action switch
    {
        CreateSubflow create => $"create {(create.Backup ? "backup " : "")}subflow {create.Path} -> {create.Remote} id {create.LocalId}",
        DestroySubflow destroy => $"destroy subflow {destroy.Local} -> {destroy.Remote}",
        SetBackup set => $"set {(set.Backup ? "backup" : "active")} {set.Local} -> {set.Remote}",
        WithdrawAddress withdraw => $"withdraw address id {withdraw.LocalId}",
        AnnounceAddress announce => $"announce {announce.Path} id {announce.LocalId}",
        _ => action.GetType().Name,
    };

    private static string Kind(DataPlaneAction action) => action switch
    {
        CreateSubflow => "create",
        DestroySubflow => "destroy",
        SetBackup => "set-backup",
        WithdrawAddress => "withdraw",
        AnnounceAddress => "announce",
        _ => "other",
    };

    private static PathKey? PathOf(DataPlaneAction action) => action switch
    {
        CreateSubflow create => create.Path,
        AnnounceAddress announce => announce.Path,
        _ => null,
    };

    private KernelError? Do(DataPlaneAction action, TrackedConnection connection, DateTimeOffset now) => action switch
    {
        CreateSubflow create => Create(create, connection, now),
        DestroySubflow destroy => Destroy(destroy, connection),
        SetBackup set => SetPriority(set, connection),
        WithdrawAddress withdraw => plane.Withdraw(withdraw.Token, withdraw.LocalId),
        AnnounceAddress announce => plane.Announce(announce.Token, announce.Path.Address, announce.LocalId),
        _ => new KernelError("act", Errno.Invalid, "this data plane does not know the action"),
    };

    private KernelError? Create(CreateSubflow create, TrackedConnection connection, DateTimeOffset now)
    {
        var flags = create.Backup ? EndpointFlags.Backup : EndpointFlags.None;
        var local = new PmAddress(create.Path.Address, 0, create.LocalId, flags, create.InterfaceIndex);
        var remote = new PmAddress(create.Remote.Address, (ushort)create.Remote.Port);
        var error = plane.Create(create.Token, local, remote);
        if (error is null)
        {
            connection.Pending.Add(new PendingSubflow(create.Path, create.LocalId, create.Remote, create.Backup, now));
        }

        return error;
    }

    private KernelError? Destroy(DestroySubflow destroy, TrackedConnection connection)
    {
        if (connection.Find(destroy.Local, destroy.Remote) is not { } subflow)
        {
            return Abandon(destroy.Local.Address, destroy.Remote, connection);
        }

        var error = plane.Destroy(destroy.Token, subflow.Tuple);
        if (error is null or { Errno: Errno.NoSuchProcess })
        {
            // Gone either way; withdrawing its address closes it too. Its SUB_CLOSED says so again and means nothing then.
            connection.Subflows.Remove(subflow.Tuple);
            connection.Closing.Add(subflow.Tuple);
            return null;
        }

        return error;
    }

    /// <summary>A join was not answered in time: it is closed where the data plane would go on with it at its own cost.</summary>
    public void GiveUp(PendingSubflow begun, TrackedConnection connection)
    {
        if (plane.ClosesJoins)
        {
            _ = Abandon(begun.Path.Address, begun.Remote, connection);
        }
    }

    /// <summary>A subflow that is still being connected has a port only the kernel knows: it is looked up and closed.</summary>
    private KernelError? Abandon(IPAddress local, IPEndPoint remote, TrackedConnection connection)
    {
        connection.Pending.RemoveAll(one => one.Path.Address.Equals(local) && one.Remote.Equals(remote));
        var held = plane.Snapshot().Connections.FirstOrDefault(one => one.Token == connection.Token);
        // It may have been established meanwhile, with the event that says so still to come.
        var begun = (held?.Subflows ?? ImmutableArray<PlaneSubflow>.Empty).Where(one => !connection.Subflows.ContainsKey(one.Tuple)
            && !connection.Closing.Contains(one.Tuple)
            && TrackedConnection.Plain(one.Tuple.LocalAddress).Equals(local) && TrackedConnection.Plain(one.Tuple.Remote).Equals(remote));
        KernelError? first = null;
        foreach (var subflow in begun)
        {
            var error = plane.Destroy(connection.Token, subflow.Tuple);
            if (error is null)
            {
                // Its events are under way; neither may be taken for those of a subflow that is begun from now on.
                connection.Closing.Add(subflow.Tuple);
                connection.Abandoned.Add(subflow.Tuple);
            }

            first ??= error;
        }

        return first;
    }

    private KernelError? SetPriority(SetBackup set, TrackedConnection connection)
    {
        if (connection.Find(set.Local, set.Remote) is not { } subflow)
        {
            return new KernelError("change the priority of a subflow", Errno.NoSuchProcess, null);
        }

        var error = plane.SetBackup(set.Token, subflow.Tuple, set.Backup);
        if (error is null)
        {
            connection.Subflows[subflow.Tuple] = subflow with { Backup = set.Backup };
        }

        return error;
    }

    /// <summary>A connection that is closing, or whose handshake is not whole yet, takes no subflow: its event is under way.</summary>
    private bool IsOvertaken(DataPlaneAction action, KernelError error, TrackedConnection connection) =>
        error.Errno == Errno.NotConnected || (action is SetBackup set && IsGone(set, error, connection));

    /// <summary>
    /// The peer, or the kernel, closed the subflow, and its SUB_CLOSED waits behind what asked for the action: a plan overtakes events.
    /// The kernel says EINVAL or ESRCH of such a one, and of other things; a look tells which. It is then forgotten at once.
    /// </summary>
    private bool IsGone(SetBackup set, KernelError error, TrackedConnection connection)
    {
        if (error.Errno is not (Errno.Invalid or Errno.NoSuchProcess))
        {
            return false;
        }

        if (connection.Find(set.Local, set.Remote) is not { } subflow)
        {
            return true;
        }

        var held = plane.Snapshot().Connections.FirstOrDefault(one => one.Token == connection.Token);
        if (held is not null && held.Subflows.Any(one => one.Tuple == subflow.Tuple && one.Established))
        {
            return false;
        }

        connection.Subflows.Remove(subflow.Tuple);
        connection.Closing.Add(subflow.Tuple);
        return true;
    }
}
