using Multipath.Protocol.Paths;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>
/// Tells a connection's path manager what happens and does what it asks for, when the segment in hand has been dealt with.
/// </summary>
internal sealed class PathDriver(IPathManager manager, Session s, Commands commands)
{
    /// <summary>Commands in a row: a manager that answers each failure with another try must not hold the stack up.</summary>
    private const int MaxInRow = 64;

    private readonly List<PathCommand> _due = [];

    /// <summary>Whether the peer may join.</summary>
    public bool AdmitsJoin() => manager.HandleJoin();

    /// <summary>A join that was let in did not complete; it has no event of its own.</summary>
    public void HandleJoinFailed(in FourTuple tuple) => manager.HandleSubflowClosed(tuple, _due);

    /// <summary>Something happened.</summary>
    public void Handle(in StackEvent happened)
    {
        switch (happened.Kind)
        {
            case StackEventKind.Established:
                manager.HandleEstablished(s.FirstTuple, s.PeerRefusesInitial, _due);
                break;
            case StackEventKind.Announced:
                manager.HandleAnnounced(happened.RemoteId, happened.Tuple.Remote, _due);
                break;
            case StackEventKind.Echoed:
                manager.HandleEchoed(happened.LocalId, _due);
                break;
            case StackEventKind.Removed:
                manager.HandleRemoved(happened.RemoteId);
                break;
            case StackEventKind.SubflowEstablished:
                manager.HandleSubflowEstablished(happened.LocalId, happened.RemoteId, happened.Tuple, _due);
                break;
            case StackEventKind.SubflowClosed:
                manager.HandleSubflowClosed(happened.Tuple, _due);
                break;
        }
    }

    /// <summary>An endpoint was changed: tells the manager, if it goes by the kernel's rules with that table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="change">Tells the rules; what shall be done is appended to the list.</param>
    public void Change(EndpointTable table, Action<KernelRules, ICollection<PathCommand>> change)
    {
        if (manager is KernelRules rules && rules.Table == table)
        {
            change(rules, _due);
        }
    }

    /// <summary>Does what is due.</summary>
    public void Run(Instant now)
    {
        for (var i = 0; i < _due.Count && i < MaxInRow; i++)
        {
            Run(_due[i], now);
        }

        _due.Clear();
    }

    private void Run(PathCommand command, Instant now)
    {
        switch (command)
        {
            case PathCommand.CreateSubflow create:
                Create(create);
                break;
            case PathCommand.DestroySubflow destroy:
                commands.DestroySubflow(destroy.Tuple);
                break;
            case PathCommand.SetBackup priority:
                commands.SetBackup(priority.Tuple, priority.Backup);
                break;
            case PathCommand.Announce announce:
                commands.Announce(announce.LocalId, announce.Address, now);
                break;
            case PathCommand.Withdraw withdraw:
                commands.Remove(withdraw.LocalId);
                break;
        }
    }

    private void Create(PathCommand.CreateSubflow create)
    {
        var address = create.Local.IsUnspecified ? s.FirstTuple.Local.Address : create.Local;
        var tuple = new FourTuple(new Endpoint(address, 0), create.Remote);
        if (!s.Host.TryComplete(ref tuple) || commands.CreateSubflow(tuple, create.LocalId, create.Backup) != PmResult.Ok)
        {
            manager.HandleSubflowClosed(tuple, _due);
        }
    }
}
