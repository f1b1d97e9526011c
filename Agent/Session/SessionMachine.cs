using System.Diagnostics.CodeAnalysis;
using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>
/// The agent's side of the session, without IO or clock: what comes in by <c>Handle…</c>, what is to be done by <see cref="PollEffect"/>,
/// when to call <see cref="HandleTimeout"/> by <see cref="PollDeadline"/>.
/// </summary>
/// <remarks>
/// Waiting (backoff) → Connecting → Greeting (Hello sent) → Open. Any failure leads back to Waiting.
/// One message is being written at a time; what happens meanwhile is coalesced, so that the silo's pace bounds what the agent sends.
/// </remarks>
internal sealed class SessionMachine
{
    /// <summary>Heartbeat intervals without a sign of the silo after which the stream is given up.</summary>
    private const int SilentIntervals = 3;

    private readonly SessionOptions _options;
    private readonly Backoff _backoff;
    private readonly PlanGate _gate;
    private readonly Outbox _outbox = new();
    private readonly ReportSchedule _reports;
    private readonly Queue<SessionEffect> _effects = new();
    private Phase _phase = Phase.Waiting;
    private DateTimeOffset _phaseDeadline;
    private DateTimeOffset _lastBeat;
    private DateTimeOffset _lastHeard;
    private TimeSpan _heartbeatInterval = TimeSpan.FromSeconds(5);
    private ulong _heartbeats;
    private bool _writing;
    private bool _applying;
    private bool _away = true;
    private SiloMessage.Plan? _next;

    /// <summary>Connects at once.</summary>
    public SessionMachine(SessionOptions options, PlanVersion? running, Random random, DateTimeOffset now)
    {
        _options = options;
        _backoff = new Backoff(options.BackoffBase, options.BackoffLimit, random);
        _gate = new PlanGate(running);
        _reports = new ReportSchedule(options.SequenceBase, options.Coalesce);
        _phaseDeadline = now;
    }

    private enum Phase
    {
        Waiting,
        Connecting,
        Greeting,
        Open,
    }

    /// <summary>True while messages flow.</summary>
    public bool IsOpen => _phase == Phase.Open;

    /// <summary>Takes the next thing to do; false when there is none.</summary>
    public bool PollEffect([NotNullWhen(true)] out SessionEffect? effect) => _effects.TryDequeue(out effect);

    /// <summary>When <see cref="HandleTimeout"/> has something to do next; null for never.</summary>
    public DateTimeOffset? PollDeadline()
    {
        if (_phase != Phase.Open)
        {
            return _phaseDeadline;
        }

        var silence = _lastHeard + (SilentIntervals * _heartbeatInterval);
        if (_writing)
        {
            return silence;
        }

        var heartbeat = _lastBeat + _heartbeatInterval;
        var first = silence < heartbeat ? silence : heartbeat;
        return _reports.Due is { } report && report < first ? report : first;
    }

    /// <summary>A deadline passed.</summary>
    public void HandleTimeout(DateTimeOffset now)
    {
        switch (_phase)
        {
            case Phase.Waiting when now >= _phaseDeadline:
                (_phase, _phaseDeadline) = (Phase.Connecting, now + _options.ConnectTimeout);
                _effects.Enqueue(new SessionEffect.Connect());
                break;
            case Phase.Connecting when now >= _phaseDeadline:
                Fail("no connection to the silo in time", now, close: true);
                break;
            case Phase.Greeting when now >= _phaseDeadline:
                Fail("the silo did not welcome this host in time", now, close: true);
                break;
            case Phase.Open when now >= _lastHeard + (SilentIntervals * _heartbeatInterval):
                Fail("nothing heard from the silo", now, close: true);
                break;
            case Phase.Open:
                Pump(now);
                break;
        }
    }

    /// <summary>The stream is open: says Hello.</summary>
    public void HandleConnected(DateTimeOffset now)
    {
        if (_phase != Phase.Connecting)
        {
            return;
        }

        (_phase, _phaseDeadline) = (Phase.Greeting, now + _options.ConnectTimeout);
        Send(new AgentMessage.Hello(
            _options.Host, _options.Labels, _options.AgentVersion, _gate.Running, _reports.LastSequence, _options.Capabilities));
    }

    /// <summary>The stream ended, or could not be opened.</summary>
    public void HandleClosed(string reason, DateTimeOffset now)
    {
        if (_phase != Phase.Waiting)
        {
            Fail(reason, now, close: false);
        }
    }

    /// <summary>The message of the last <see cref="SessionEffect.Send"/> was written.</summary>
    public void HandleSent(DateTimeOffset now)
    {
        _writing = false;
        _outbox.Sent();
        Pump(now);
    }

    /// <summary>The silo said something.</summary>
    public void HandleMessage(SiloMessage message, DateTimeOffset now)
    {
        if (_phase is not (Phase.Greeting or Phase.Open))
        {
            return;
        }

        _lastHeard = now;
        switch (message)
        {
            case SiloMessage.Welcome welcome:
                Open(welcome, now);
                break;
            case SiloMessage.Plan plan:
                Offer(plan);
                break;
            case SiloMessage.UnreadablePlan unreadable:
                _gate.Refuse(unreadable.Version, unreadable.Reason);
                _outbox.Verdict = new AgentMessage.Nack(unreadable.Version, _gate.Running, unreadable.Reason);
                break;
            case SiloMessage.FullReportRequest:
                _reports.RequestFull(now);
                break;
            case SiloMessage.Heartbeat or SiloMessage.Unknown:
                break;
        }

        Pump(now);
    }

    /// <summary>The host was read anew.</summary>
    public void HandleSnapshot(HostSnapshot snapshot, DateTimeOffset now)
    {
        _reports.Update(snapshot, now);
        Pump(now);
    }

    /// <summary>Something happened; it goes with the next report, which is due at once.</summary>
    public void HandleOccurrence(HostOccurrence occurrence, DateTimeOffset now)
    {
        _outbox.Add(occurrence);
        _reports.Hasten(now);
        Pump(now);
    }

    /// <summary>The plan of the last <see cref="SessionEffect.Apply"/> was taken over.</summary>
    public void HandleApplied(PlanOutcome outcome, DateTimeOffset now)
    {
        _applying = false;
        _gate.Complete(outcome);
        _outbox.Verdict = new AgentMessage.Ack(outcome);
        if (_next is { } next)
        {
            _next = null;
            Offer(next);
        }

        Pump(now);
    }

    private void Open(SiloMessage.Welcome welcome, DateTimeOffset now)
    {
        (_phase, _heartbeatInterval, _lastBeat) = (Phase.Open, welcome.HeartbeatInterval, now);
        _backoff.Reset();
        _reports.Open(welcome.ReportInterval, now);
        if (_away)
        {
            _away = false;
            _effects.Enqueue(new SessionEffect.SiloBack(welcome.Silo, welcome.ReportInterval));
        }
    }

    private void Offer(SiloMessage.Plan offer)
    {
        var version = offer.HostPlan.Version;
        if (_gate.IsKnown(version))
        {
            _outbox.Verdict = new AgentMessage.Ack(
                _gate.LastOutcome is { } known && known.Version == version ? known : new PlanOutcome(version, [], []));
        }
        else if (_gate.Judge(version) is { } refusal)
        {
            _outbox.Verdict = new AgentMessage.Nack(version, _gate.Running, refusal);
        }
        else if (_applying)
        {
            _next = _next is { } waiting && waiting.HostPlan.Version > version ? waiting : offer;
        }
        else
        {
            _applying = true;
            _gate.Begin(version);
            _effects.Enqueue(new SessionEffect.Apply(offer.HostPlan, offer.PolicyYaml));
        }
    }

    /// <summary>Sends the most urgent thing that waits, if nothing is being written.</summary>
    private void Pump(DateTimeOffset now)
    {
        if (_phase != Phase.Open || _writing)
        {
            return;
        }

        if (_outbox.Verdict is { } verdict)
        {
            _outbox.Verdict = null;
            Send(verdict);
        }
        else if (_reports.Due <= now)
        {
            var report = _reports.Make(_outbox.HasOccurrences ? _outbox.Take(now) : [], now);
            if (report is not null)
            {
                Send(new AgentMessage.Report(report));
            }
        }
        else if (now >= _lastBeat + _heartbeatInterval)
        {
            _lastBeat = now;
            Send(new AgentMessage.Heartbeat(++_heartbeats));
        }
    }

    private void Send(AgentMessage message)
    {
        _writing = true;
        _effects.Enqueue(new SessionEffect.Send(message));
    }

    private void Fail(string reason, DateTimeOffset now, bool close)
    {
        if (close)
        {
            _effects.Enqueue(new SessionEffect.Close(reason));
        }

        if (!_away)
        {
            _away = true;
            _effects.Enqueue(new SessionEffect.SiloAway(reason));
        }

        _writing = false;
        _outbox.Restore();
        _reports.Close();
        (_phase, _phaseDeadline) = (Phase.Waiting, now + _backoff.Next());
    }
}
