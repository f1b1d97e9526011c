using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reflexes;

namespace Multipath.Lab.Simulated;

/// <summary>Where a subflow's end is in its life.</summary>
internal enum SubflowPhase
{
    Connecting,
    Established,
    Closed,
}

/// <summary>One end of a subflow: sends segments and acknowledgements over its link, and sends again what was lost.</summary>
internal sealed class SubflowEnd(Agenda agenda, SimulatedLink link, ConnectionEnd owner, FourTuple tuple, byte localId, byte remoteId)
{
    private const int ControlBytes = 80;
    private const int ConnectionReset = 104;
    private const int GoodbyeLimit = 8;

    private static readonly TimeSpan FirstGoodbyeWait = TimeSpan.FromMilliseconds(200);

    private readonly SegmentFlight _flight = new();
    private readonly Queue<Segment> _lost = new();
    private SubflowEnd? _peer;
    private bool _timerRuns;

    internal FourTuple Tuple { get; } = tuple;

    internal byte LocalId { get; } = localId;

    internal byte RemoteId { get; } = remoteId;

    internal SimulatedLink Link => link;

    internal SubflowPhase Phase { get; private set; }

    /// <summary>It is the connection's first.</summary>
    internal bool IsInitial => LocalId == 0 && RemoteId == 0;

    /// <summary>This end asked not to be sent to; as sender it does not send either.</summary>
    internal bool BackupByUs { get; set; }

    internal bool BackupByPeer { get; private set; }

    internal bool IsBackup => BackupByUs || BackupByPeer;

    /// <summary>A timeout passed without an acknowledgement since.</summary>
    internal bool IsStalled { get; private set; }

    internal bool HasRoom => _flight.HasRoom;

    internal uint RttUs => _flight.RttUs;

    /// <summary>As events describe it.</summary>
    internal SubflowFacts Facts => new(Tuple, LocalId, RemoteId, IsBackup, owner.IsServer ? 0 : link.InterfaceIndex);

    /// <summary>Joins two ends to one subflow.</summary>
    internal static void Join(SubflowEnd client, SubflowEnd server)
    {
        (client._peer, server._peer) = (server, client);
        server.BackupByPeer = client.BackupByUs;
    }

    /// <summary>What TCP would measure.</summary>
    internal SubflowSample Sample() => _flight.Sample(agenda.NowNs);

    /// <summary>Does something at the other end once a small packet has got there; not at all when it is lost.</summary>
    internal void Tell(Action<SubflowEnd> arrive) => link.Send(!owner.IsServer, ControlBytes, () => arrive(_peer!));

    /// <summary>The handshake is over for this end.</summary>
    internal void Establish(long tookNs)
    {
        if (Phase is SubflowPhase.Connecting && !owner.IsClosed)
        {
            Phase = SubflowPhase.Established;
            _flight.HandleEstablished(tookNs, agenda.NowNs);
            owner.HandleEstablished(this);
        }
    }

    /// <summary>Ends it; what it had not delivered goes to the others at once.</summary>
    internal void Close(int error, bool tellPeer)
    {
        if (Phase is SubflowPhase.Closed)
        {
            return;
        }

        var wasEstablished = Phase is SubflowPhase.Established;
        Phase = SubflowPhase.Closed;
        if (tellPeer)
        {
            SayGoodbye(number: 0);
        }

        owner.HandleClosed(this, error, wasEstablished, [.. _flight.TakeAll(), .. _lost.Where(segment => !segment.Acked)]);
    }

    /// <summary>Changes the priority at both ends (MP_PRIO, RFC 8684, section 3.3.8).</summary>
    internal void SetBackup(bool backup)
    {
        BackupByUs = backup;
        Tell(peer => peer.HandlePriority(backup));
    }

    /// <summary>Sends again what was lost here, as far as the window allows: TCP keeps its own promise on each subflow.</summary>
    internal void SendLost()
    {
        while (HasRoom && _lost.TryDequeue(out var segment))
        {
            if (!segment.Acked)
            {
                Send(segment, again: true);
            }
        }
    }

    /// <summary>Sends a segment.</summary>
    internal void Send(Segment segment, bool again = false)
    {
        var transmission = _flight.Add(segment, again, agenda.NowNs);
        link.Send(!owner.IsServer, segment.Data.Length + Segment.HeaderBytes, () => _peer!.HandleData(transmission));
        RunTimer();
    }

    /// <summary>Again and again, ever later, until the peer has heard it: it may be that the path is dead now.</summary>
    private void SayGoodbye(int number)
    {
        if (number < GoodbyeLimit && _peer is { Phase: not SubflowPhase.Closed })
        {
            Tell(peer => peer.Close(ConnectionReset, tellPeer: false));
            agenda.After(FirstGoodbyeWait * (1 << number), () => SayGoodbye(number + 1));
        }
    }

    private void HandlePriority(bool backup)
    {
        BackupByPeer = backup;
        owner.HandlePriority(this);
    }

    private void HandleData(Transmission transmission)
    {
        if (Phase is SubflowPhase.Closed || owner.IsClosed)
        {
            Tell(peer => peer.Close(ConnectionReset, tellPeer: false));
            return;
        }

        // The last packet of the handshake was lost; data says the same.
        Establish(agenda.NowNs - transmission.SentNs);
        transmission.Arrived = true;
        _flight.HandleReceived(transmission.Segment.Data.Length, agenda.NowNs);
        Tell(peer => peer.HandleAck(transmission));
        owner.HandleSegment(transmission.Segment);
    }

    private void HandleAck(Transmission transmission)
    {
        if (Phase is not SubflowPhase.Established)
        {
            return;
        }

        IsStalled = false;
        foreach (var segment in _flight.HandleAck(transmission, agenda.NowNs))
        {
            _lost.Enqueue(segment);
        }

        owner.Pump();
    }

    private void RunTimer()
    {
        if (!_timerRuns && _flight.TimeoutAtNs is { } at)
        {
            _timerRuns = true;
            agenda.At(at, HandleTimer);
        }
    }

    private void HandleTimer()
    {
        _timerRuns = false;
        if (Phase is SubflowPhase.Established && _flight.TimeoutAtNs <= agenda.NowNs)
        {
            IsStalled = true;
            var lost = _flight.HandleTimeout();
            foreach (var segment in lost)
            {
                _lost.Enqueue(segment);
            }

            owner.HandleStalled(lost);
        }

        RunTimer();
    }
}
