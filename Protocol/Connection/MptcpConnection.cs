using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>A connection of one or several subflows (RFC 8684). It only conducts: its parts decide.</summary>
/// <remarks>
/// A segment goes to its subflow's TCP first; <see cref="Arrival"/> leads what that deems acceptable on to <see cref="Opening"/>,
/// <see cref="Joining"/>, <see cref="Signalling"/>, <see cref="Intake"/> and <see cref="Fallback"/>. What is to be sent comes from the
/// subflows by <see cref="Emission"/>; <see cref="Outflow"/> gives them bytes, <see cref="SegmentOptions"/> adds the options,
/// <see cref="Watch"/> has bytes sent again elsewhere. <see cref="Lifecycle"/> ends what has to end.
/// </remarks>
internal sealed class MptcpConnection : IScheduled
{
    private readonly Session _s;
    private readonly Emission _emission;
    private readonly Watch _watch;
    private readonly Lifecycle _lifecycle;
    private readonly ByteStream _stream;
    private readonly Arrival _arrival;

    /// <summary>Creates a connection without subflows.</summary>
    public MptcpConnection(Session session)
    {
        _s = session;
        var outlook = new Outlook(session);
        _watch = new Watch(session, outlook);
        _lifecycle = new Lifecycle(session, _watch);
        _stream = new ByteStream(session, outlook);
        _emission = new Emission(session, new Outflow(session, outlook), _lifecycle, _stream);
        _arrival = new Arrival(this, session, _stream, _watch, _lifecycle);
        Commands = new Commands(this, session, _lifecycle);
        Joins = new JoinRequests(this, session, _lifecycle);
        session.Paths = session.Options.PathManager is { } create ? new PathDriver(create(), session, Commands) : null;
    }

    /// <summary>The state.</summary>
    public Session Session => _s;

    /// <summary>What a path manager may ask for.</summary>
    public Commands Commands { get; }

    /// <summary>What the peer may ask for.</summary>
    public JoinRequests Joins { get; }

    /// <summary>It has ended for its user.</summary>
    public bool IsOver => _lifecycle.IsOver;

    /// <summary>Why it ended.</summary>
    public EndReason Reason => _lifecycle.Reason;

    /// <summary>The handshake is complete.</summary>
    public bool IsConnected => _arrival.IsConnected;

    /// <summary>SYNs with MP_CAPABLE went unanswered, so that one without was sent.</summary>
    public bool HasWithdrawnOffer => _s.HasWithdrawnOffer;

    /// <summary>It has ended, and late segments need no answer any more: it can be forgotten.</summary>
    public bool IsReleased => _lifecycle.IsOver && _s.MemberCount == 0;

    /// <summary>It has ended, and all that is left of it answers late segments (TIME-WAIT).</summary>
    public bool IsLingering => _lifecycle.IsLingering;

    /// <summary>It waits in the list of those that may make room for others.</summary>
    public bool IsListedAsLingering { get; set; }

    /// <summary>The listener that it was made by, until it is accepted.</summary>
    public Listener? Listener { get; set; }

    /// <inheritdoc/>
    public int HeapIndex { get; set; } = -1;

    /// <summary>It waits in the list of those that may have something to send.</summary>
    public bool IsQueued { get; set; }

    /// <inheritdoc/>
    /// <remarks>Holds when <see cref="PollPacket"/> has returned 0.</remarks>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>Takes a segment of one of its subflows.</summary>
    /// <returns>False for a SYN that may begin a new connection between the ends (RFC 6191).</returns>
    public bool HandlePacket(Member m, in ParsedPacket packet, Instant now)
    {
        var isTaken = _arrival.Handle(m, packet, now);
        Settle(now);
        return isTaken;
    }

    /// <summary>Late segments of a subflow are no longer answered: its ends, or its place, are needed.</summary>
    public void Forget(Member m, Instant now)
    {
        m.Reason = m.Reason == EndReason.None ? EndReason.Finished : m.Reason;
        _lifecycle.Remove(m);
        Settle(now);
    }

    /// <summary>The next packet.</summary>
    /// <param name="buffer">Room for it.</param>
    /// <param name="maxPayload">Bytes of payload that it may have; more than a segment's are for the device to cut up.</param>
    /// <param name="offload">Leave the checksum to the device.</param>
    /// <param name="info">What goes beside it.</param>
    /// <param name="now">The time.</param>
    /// <returns>Its length, or 0 when there is none now.</returns>
    public int PollPacket(Span<byte> buffer, int maxPayload, bool offload, out PacketInfo info, Instant now)
    {
        var length = _emission.Poll(buffer, maxPayload, offload, out info, now);
        if (length == 0)
        {
            Settle(now);

            // Until here there was more to come: nobody has asked for the deadline.
            Deadline = FindDeadline(now);
        }

        return length;
    }

    /// <summary>Does what is due.</summary>
    public void HandleTimeout(Instant now)
    {
        foreach (var m in _s.Members)
        {
            if (m is null)
            {
                continue;
            }

            if (m.Tcp.Deadline <= now)
            {
                m.Tcp.HandleTimeout(now);
                _watch.HandleLoss(m);
            }

            if (m.ProofAt <= now && !Joining.TryRepeatProof(m, now))
            {
                _lifecycle.Reset(m, ResetReason.Unspecified, EndReason.TimedOut);
            }
        }

        if (!IsOver)
        {
            _watch.HandleTimeout(now);
            if (_s.Ends.RetransmitAt <= now)
            {
                _s.Ends.HandleTimeout();
            }
        }

        _lifecycle.HandleTimeout(now);
        Settle(now);
    }

    /// <summary>Adds a subflow; packets of its ends come here from now on.</summary>
    /// <returns>False when the ends are taken.</returns>
    public bool TryAdd(Member m)
    {
        if (!_s.Host.TryRegister(m))
        {
            return false;
        }

        foreach (var cost in _s.Options.PathCosts)
        {
            if (cost.Local == m.Tuple.Local.Address)
            {
                (m.CostClass, m.Weight) = (cost.CostClass, cost.Weight);
            }
        }

        _s.Members[m.Slot] = m;
        _s.MemberCount++;
        m.Cursor = _s.Unsent;
        _stream.UpdateWindows();
        return true;
    }

    /// <summary>Appends bytes to the stream.</summary>
    /// <returns>Bytes taken.</returns>
    public int Write(ReadOnlySpan<byte> data, Instant now) => MayWrite ? _stream.Write(data, now) : 0;

    /// <summary>Room at the end of the stream for a writer without a buffer.</summary>
    public Span<byte> WriteSpan(int wanted) => MayWrite ? _stream.WriteSpan(wanted) : [];

    /// <summary>Appends what was put into <see cref="WriteSpan"/>.</summary>
    public void Commit(int length, Instant now) => _stream.Commit(length, now);

    /// <summary>Takes bytes out of the stream.</summary>
    public int Read(Span<byte> destination, Instant now) => _stream.Read(destination, now);

    /// <summary>Removes bytes that were read in place.</summary>
    public void Consume(int count, Instant now) => _stream.Consume(count, now);

    /// <summary>No more will be written.</summary>
    public void Close(Instant now)
    {
        if (!_s.ServerSide && _s.Counters.BytesWritten == 0 && _s.Members[0] is { Tcp.State: SubflowState.SynSent })
        {
            // There is nothing to deliver (RFC 9293 section 3.10.4).
            Abort(EndReason.Aborted, now);
            return;
        }

        _s.Ends.Close(_s.Send.End);
        Settle(now);
    }

    /// <summary>The application is gone: nobody writes, and nobody reads what comes.</summary>
    public void Release(Instant now)
    {
        if (_s.Receive.Available > 0 && !_s.Ends.AreDone)
        {
            // The peer learns that what it sent is lost (RFC 9293 section 3.10.4, RFC 2525 section 2.17).
            Abort(EndReason.Aborted, now);
            return;
        }

        _s.ReleasedAt = now;
        _stream.Consume(_s.Receive.Available, now);
        Close(now);
    }

    /// <summary>Ends the connection at once, and tells the peer.</summary>
    public void Abort(EndReason reason, Instant now)
    {
        _lifecycle.Abort(reason);
        Settle(now);
    }

    /// <summary>Forgets a handshake under way without a word: its peer may be a forger's victim.</summary>
    public void Abandon(Instant now)
    {
        _lifecycle.Abandon();
        Settle(now);
    }

    /// <summary>Exchanges the packet scheduler, or what is set of it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">What is set; null for what the connection has.</param>
    /// <returns>False when there is none of the name.</returns>
    public bool TrySetScheduler(string name, SchedulerOptions? options)
    {
        options ??= _s.SchedulerOptions;
        if (!Schedulers.TryCreate(name, options, out var scheduler))
        {
            return false;
        }

        foreach (var m in _s.Members)
        {
            m?.Cursor = _s.Unsent;
        }

        (_s.Scheduler, _s.SchedulerName, _s.SchedulerOptions) = (scheduler, name, options);
        return true;
    }

    /// <summary>Brings everything that follows from a change up to date.</summary>
    public void Settle(Instant now)
    {
        _s.Paths?.Run(now);
        _s.Send.Release(_s.OldestOwed());
        if (!IsOver)
        {
            _stream.NoteWritable();
        }

        _lifecycle.Settle(now);
        if (!IsOver && _s.Ends.IsOwed && _s.Mode == Mode.Multipath && _s.Unsent == _s.Send.End)
        {
            Signalling.FindEndCarrier(_s)?.Tcp.RequestAck();
        }
    }

    private bool MayWrite => !_s.Ends.IsClosing && !_lifecycle.IsOver;

    private Instant FindDeadline(Instant now)
    {
        var next = _lifecycle.Deadline;
        if (!IsOver)
        {
            next = Instant.Earlier(next, Instant.Earlier(_s.Ends.RetransmitAt, _watch.Deadline(now)));
            next = Instant.Earlier(next, _s.Mode == Mode.Multipath ? _s.Addresses.Deadline : Instant.Never);
        }

        foreach (var m in _s.Members)
        {
            if (m is not null)
            {
                next = Instant.Earlier(next, Instant.Earlier(m.Tcp.Deadline, m.ProofAt));
            }
        }

        return next;
    }
}
