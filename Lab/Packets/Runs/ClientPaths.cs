using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>
/// The client's path manager: joins on each uplink and to each address that the server announces, joins again when a subflow is gone, and
/// withdraws the address of an uplink that is down.
/// </summary>
internal sealed class ClientPaths : IPathDuties
{
    private static readonly Duration _patience = Duration.FromSeconds(1);

    private readonly Stack _stack;
    private readonly TransferPlan _plan;
    private readonly Endpoint _server;
    private readonly IReadOnlyList<IpAddr> _addresses;
    private readonly Dictionary<FourTuple, int> _established = [];
    private readonly Instant[] _joinAt;
    private readonly bool[] _isDown;
    private uint _token;

    /// <summary>For a client with one address for each path of the plan.</summary>
    internal ClientPaths(Stack stack, TransferPlan plan, IReadOnlyList<IpAddr> addresses, Endpoint server)
    {
        (_stack, _plan, _addresses, _server) = (stack, plan, addresses, server);
        _joinAt = [.. plan.Paths.Select(_ => Instant.Never)];
        _isDown = new bool[plan.Paths.Count];
    }

    /// <summary>Most subflows that were established at one time.</summary>
    internal int MostSubflows { get; private set; }

    /// <inheritdoc/>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <inheritdoc/>
    public void Handle(in StackEvent happened, Instant now)
    {
        switch (happened.Kind)
        {
            case StackEventKind.Established:
                _token = happened.Token;
                Count(happened.Tuple);
                for (var path = 1; path < _joinAt.Length; path++)
                {
                    _joinAt[path] = now + _plan.Paths[path].JoinsAfter;
                }

                break;
            case StackEventKind.SubflowEstablished:
                Count(happened.Tuple);
                break;
            case StackEventKind.SubflowClosed:
                HandleClosed(happened.Tuple, now);
                break;
            case StackEventKind.Announced when happened.Tuple.Remote.Address != _server.Address:
                Join(_joinAt.Length - 1, new Endpoint(happened.Tuple.Remote.Address, _server.Port), now);
                break;
            case StackEventKind.Closed or StackEventKind.FellBack:
                _token = 0;
                Array.Fill(_joinAt, Instant.Never);
                break;
            default:
                break;
        }

        Deadline = _joinAt.Min();
    }

    /// <inheritdoc/>
    public void Run(Instant now)
    {
        if (now < Deadline)
        {
            return;
        }

        for (var path = 0; path < _joinAt.Length; path++)
        {
            if (_joinAt[path] <= now)
            {
                _joinAt[path] = Instant.Never;
                Join(path, _server, now);
            }
        }

        Deadline = _joinAt.Min();
    }

    /// <summary>An uplink of this host changed, and its owner sees it.</summary>
    internal void HandleLink(int path, bool isUp, Instant now)
    {
        _isDown[path] = !isUp;
        if (_token == 0 || !_plan.ReactsToDown)
        {
            return;
        }

        if (isUp)
        {
            _joinAt[path] = now;
            Deadline = _joinAt.Min();
            return;
        }

        _stack.Paths.Remove(_token, IdOf(path));
        foreach (var tuple in _established.Where(entry => entry.Value == path).Select(entry => entry.Key).ToArray())
        {
            _stack.Paths.DestroySubflow(_token, tuple, now);
        }
    }

    private static byte IdOf(int path) => (byte)path;

    private void Join(int path, Endpoint remote, Instant now)
    {
        if (_token != 0 && !(_isDown[path] && _plan.ReactsToDown))
        {
            var local = new Endpoint(_addresses[path], 0);
            var result = _stack.Paths.CreateSubflow(_token, local, IdOf(path), remote, _plan.Paths[path].IsBackup);
            if (result is PmResult.NotReady or PmResult.LimitReached)
            {
                _joinAt[path] = now + _patience;
            }
        }
    }

    private void HandleClosed(FourTuple tuple, Instant now)
    {
        _established.Remove(tuple);
        if (PathOf(tuple.Local.Address) is var path and >= 0 && tuple.Remote.Address == _server.Address && _token != 0)
        {
            _joinAt[path] = now + _patience;
        }
    }

    private void Count(FourTuple tuple)
    {
        var path = PathOf(tuple.Local.Address);
        _established[tuple] = path;
        _stack.Paths.SetCost(_token, tuple, _plan.Paths[path].CostClass, weight: 1);
        MostSubflows = Math.Max(MostSubflows, _established.Count);
    }

    private int PathOf(IpAddr address)
    {
        for (var path = 0; path < _addresses.Count; path++)
        {
            if (_addresses[path] == address)
            {
                return path;
            }
        }

        return -1;
    }
}
