using System.Net;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Lab.Simulated;

/// <summary>One end of a connection: spreads its stream over subflows, and puts the peer's together again.</summary>
internal sealed class ConnectionEnd(SimulatedHost host, uint token, bool isServer, FourTuple initial)
{
    private readonly List<SubflowEnd> _subflows = [];
    private readonly Queue<Segment> _queue = new();
    private readonly SortedDictionary<long, Segment> _again = [];
    private readonly SortedDictionary<long, Segment> _early = [];
    private long _next;

    internal SimulatedHost Host => host;

    internal uint Token => token;

    internal bool IsServer => isServer;

    /// <summary>The ends that the program sees.</summary>
    internal FourTuple Initial => initial;

    internal bool IsEstablished { get; private set; }

    internal bool IsClosed { get; private set; }

    /// <summary>Those that are there or being connected.</summary>
    internal IReadOnlyList<SubflowEnd> Subflows => _subflows;

    /// <summary>Segments that wait to be sent for the first time.</summary>
    internal int Unsent => _queue.Count;

    /// <summary>The other end.</summary>
    internal ConnectionEnd? Peer { get; set; }

    /// <summary>Takes the peer's stream, in order.</summary>
    internal Action<Segment>? Received { get; set; }

    /// <summary>A subflow is being connected.</summary>
    internal void Begin(SubflowEnd subflow) => _subflows.Add(subflow);

    /// <summary>Sends.</summary>
    internal void Write(Segment segment)
    {
        _queue.Enqueue(segment);
        Pump();
    }

    /// <summary>Ends the connection here.</summary>
    internal void Close()
    {
        if (!IsClosed)
        {
            IsClosed = true;
            _subflows.Clear();
            host.Tell(new MptcpEvent.Closed(token));
            host.Forget(this);
        }
    }

    /// <summary>Sends what may be sent now: what was lost with a subflow first, new data last.</summary>
    internal void Pump()
    {
        foreach (var subflow in _subflows)
        {
            subflow.SendLost();
        }

        while ((_again.Count > 0 || _queue.Count > 0) && SubflowChoice.Of(_subflows) is { } chosen)
        {
            if (Next() is { } segment)
            {
                chosen.Send(segment);
            }
        }
    }

    internal void HandleEstablished(SubflowEnd subflow)
    {
        if (!_subflows.Contains(subflow))
        {
            _subflows.Add(subflow);
        }

        if (subflow.IsInitial)
        {
            IsEstablished = true;
            host.Tell(new MptcpEvent.Created(token, initial, isServer, DenyJoinInitial: false));
            host.Tell(new MptcpEvent.Established(token, initial, isServer, DenyJoinInitial: false));
        }
        else
        {
            // As the kernel has it: the end that made a backup does not hear that it is one.
            host.Tell(new MptcpEvent.SubflowEstablished(token, subflow.Facts with { Backup = isServer && subflow.IsBackup }));
        }

        Pump();
    }

    /// <summary>A subflow is gone; what it had not delivered is sent over the others.</summary>
    /// <param name="subflow">Which.</param>
    /// <param name="error">Why, as an error number; 0 when it was closed on purpose.</param>
    /// <param name="wasEstablished">One that was given up before it was there is not worth an event.</param>
    /// <param name="undelivered">What it held.</param>
    internal void HandleClosed(SubflowEnd subflow, int error, bool wasEstablished, IEnumerable<Segment> undelivered)
    {
        if (!_subflows.Remove(subflow))
        {
            return;
        }

        if (wasEstablished || error != 0)
        {
            host.Tell(new MptcpEvent.SubflowClosed(token, subflow.Facts, error, ResetReason: null));
        }

        Reinject(undelivered);
    }

    /// <summary>A subflow's timeout passed: others send what it holds, if there are any.</summary>
    internal void HandleStalled(IEnumerable<Segment> outstanding)
    {
        if (_subflows.Any(one => one is { Phase: SubflowPhase.Established, IsStalled: false }))
        {
            Reinject(outstanding);
        }
        else
        {
            Pump();
        }
    }

    internal void HandlePriority(SubflowEnd subflow)
    {
        host.Tell(new MptcpEvent.SubflowPriority(token, subflow.Facts));
        Pump();
    }

    /// <summary>The peer says that an address of its own is gone (REMOVE_ADDR, RFC 8684, section 3.4.2).</summary>
    internal void HandleWithdrawn(byte remoteId)
    {
        host.Tell(new MptcpEvent.Removed(token, remoteId));
        foreach (var subflow in _subflows.Where(one => one.RemoteId == remoteId).ToArray())
        {
            subflow.Close(error: 0, tellPeer: true);
        }
    }

    /// <summary>The peer announces an address (ADD_ADDR, RFC 8684, section 3.4.1).</summary>
    internal void HandleAnnounced(byte remoteId, IPAddress address) =>
        host.Tell(new MptcpEvent.Announced(token, remoteId, address, Port: 0));

    internal void HandleSegment(Segment segment)
    {
        if (segment.Number >= _next)
        {
            _early.TryAdd(segment.Number, segment);
        }

        while (_early.Remove(_next, out var ready))
        {
            _next++;
            Received?.Invoke(ready);
        }
    }

    private void Reinject(IEnumerable<Segment> segments)
    {
        foreach (var segment in segments)
        {
            _again.TryAdd(segment.Number, segment);
        }

        Pump();
    }

    private Segment? Next()
    {
        if (_again.Count == 0)
        {
            return _queue.Dequeue();
        }

        var first = _again.First().Value;
        _again.Remove(first.Number);
        return first.Acked ? null : first;
    }
}
