using Multipath.Protocol.Paths;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>
/// Runs the rules of the kernel's path manager on a stack: feeds it the stack's events, carries out what it wants, and takes the
/// operator's
/// changes of endpoints and limits (the commands add-addr, del-addr, set-flags and set-limits of mptcp_pm).
/// </summary>
/// <remarks>
/// Who polls the stack's events hands each to <see cref="HandleEvent"/>. Without it a stack's path manager is external: only commands make
/// subflows. A connection that existed before is not managed. Joins of the peer are bounded by the stack's own limits.
/// </remarks>
/// <param name="commands">The stack's.</param>
public sealed class KernelPaths(PathCommands commands)
{
    /// <summary>Rounds of "a command failed, so something else is wanted"; each uses up an endpoint, of which there are eight.</summary>
    private const int MaxCommands = 64;

    private readonly Dictionary<uint, Managed> _byToken = [];
    private readonly EndpointTable _table = new();
    private readonly List<PathCommand> _wanted = [];

    /// <summary>The endpoints.</summary>
    public IReadOnlyList<PathEndpoint> Endpoints => _table.Endpoints;

    /// <summary>The limits.</summary>
    public PathLimits Limits => _table.Limits;

    /// <summary>Sets the limits; they count from the next event of each connection on.</summary>
    /// <param name="limits">Each 0 to 8.</param>
    public EndpointResult SetLimits(PathLimits limits) => _table.SetLimits(limits);

    /// <summary>Adds an endpoint and uses it on every connection.</summary>
    /// <param name="wanted">The endpoint; id 0: the next free one.</param>
    /// <param name="now">The time.</param>
    public EndpointResult Add(PathEndpoint wanted, Instant now)
    {
        var result = _table.TryAdd(wanted, out var added);
        ForAll(added, (rules, endpoint, list) => rules.HandleEndpointAdded(endpoint, list), now);
        return result;
    }

    /// <summary>Removes an endpoint and what it made on every connection.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="now">The time.</param>
    public EndpointResult Remove(byte id, Instant now)
    {
        var result = _table.TryRemove(id, out var removed);
        ForAll(removed, (rules, endpoint, list) => rules.HandleEndpointRemoved(endpoint, list), now);
        return result;
    }

    /// <summary>Changes the flags backup and fullmesh of an endpoint, on every connection.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="flags">The new flags.</param>
    /// <param name="now">The time.</param>
    public EndpointResult SetFlags(byte id, PathEndpointFlags flags, Instant now)
    {
        var result = _table.TrySetFlags(id, flags, out var before, out var after);
        ForAll(after, (rules, endpoint, list) => rules.HandleEndpointChanged(before!, endpoint, list), now);
        return result;
    }

    /// <summary>Takes an event of the stack.</summary>
    /// <param name="happened">Any event.</param>
    /// <param name="now">The time.</param>
    public void HandleEvent(in StackEvent happened, Instant now)
    {
        if (happened.Kind == StackEventKind.Established)
        {
            _byToken[happened.Token] = new Managed(happened.Token, happened.Tuple, new KernelRules(_table));
        }

        if (!_byToken.TryGetValue(happened.Token, out var managed))
        {
            return;
        }

        _wanted.Clear();
        switch (happened.Kind)
        {
            case StackEventKind.Established:
                managed.Rules.HandleEstablished(happened.Tuple, peerRefusesJoins: false, _wanted);
                break;
            case StackEventKind.SubflowEstablished:
                managed.Rules.HandleSubflowEstablished(happened.LocalId, happened.RemoteId, happened.Tuple, _wanted);
                break;
            case StackEventKind.SubflowClosed:
                managed.Rules.HandleSubflowClosed(happened.Tuple, _wanted);
                break;
            case StackEventKind.Announced:
                managed.Rules.HandleAnnounced(happened.RemoteId, happened.Tuple.Remote, _wanted);
                break;
            case StackEventKind.Removed:
                managed.Rules.HandleRemoved(happened.RemoteId);
                break;
            case StackEventKind.Closed:
            case StackEventKind.FellBack:
                _byToken.Remove(happened.Token);
                return;
        }

        CarryOut(managed, now);
    }

    /// <summary>The peer echoed an address, so that the next one can be announced; a subflow that it opens says the same.</summary>
    /// <param name="token">The connection.</param>
    /// <param name="localId">Id of the address.</param>
    /// <param name="now">The time.</param>
    public void HandleEchoed(uint token, byte localId, Instant now)
    {
        if (_byToken.TryGetValue(token, out var managed))
        {
            _wanted.Clear();
            managed.Rules.HandleEchoed(localId, _wanted);
            CarryOut(managed, now);
        }
    }

    private void ForAll(PathEndpoint? endpoint, Action<KernelRules, PathEndpoint, List<PathCommand>> change, Instant now)
    {
        if (endpoint is null)
        {
            return;
        }

        foreach (var managed in _byToken.Values)
        {
            _wanted.Clear();
            change(managed.Rules, endpoint, _wanted);
            CarryOut(managed, now);
        }
    }

    private void CarryOut(Managed managed, Instant now)
    {
        for (var i = 0; i < _wanted.Count && i < MaxCommands; i++)
        {
            var command = _wanted[i];
            var result = CarryOut(managed, command, now);
            if (command is PathCommand.CreateSubflow create && result != PmResult.Ok)
            {
                managed.Rules.HandleSubflowClosed(new FourTuple(new Endpoint(create.Local, 0), create.Remote), _wanted);
            }
        }
    }

    private PmResult CarryOut(Managed managed, PathCommand command, Instant now) => command switch
    {
        PathCommand.CreateSubflow c => commands.CreateSubflow(
            managed.Token, new Endpoint(c.Local.IsUnspecified ? managed.First.Local.Address : c.Local, 0), c.LocalId, c.Remote, c.Backup),
        PathCommand.DestroySubflow c => commands.DestroySubflow(managed.Token, c.Tuple, now),
        PathCommand.SetBackup c => commands.SetBackup(managed.Token, c.Tuple, c.Backup),
        PathCommand.Announce c => commands.Announce(managed.Token, c.LocalId, c.Address, now),
        PathCommand.Withdraw c => commands.Remove(managed.Token, c.LocalId),
        _ => PmResult.Invalid,
    };

    private sealed record Managed(uint Token, FourTuple First, KernelRules Rules);
}
