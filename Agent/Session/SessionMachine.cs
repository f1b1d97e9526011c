using System.Diagnostics.CodeAnalysis;
using System.Net;
using Multipath.Agent.LastPlan;

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
    private readonly SessionOptions _options;
    private readonly Backoff _backoff;
    private readonly PlanIntake _plans;
    private readonly PlanTrial _trial;
    private readonly Outbox _outbox = new();
    private readonly ReportSchedule _reports;
    private readonly Queue<SessionEffect> _effects = new();
    private Phase _phase = Phase.Waiting;
    private DateTimeOffset _phaseDeadline;
    private Heartbeats _heartbeats;
    private bool _writing;
    private bool? _away;
    private IPAddress? _local;

    /// <summary>Connects at once.</summary>
    /// <param name="options">Who the agent is.</param>
    /// <param name="kept">How the plan that an earlier run kept went; null for none.</param>
    /// <param name="random">For waits.</param>
    /// <param name="now">The time.</param>
    public SessionMachine(SessionOptions options, PlanOutcome? kept, Random random, DateTimeOffset now)
    {
        _options = options;
        _backoff = new Backoff(options.BackoffBase, options.BackoffLimit, random);
        _plans = new PlanIntake(kept, Apply);
        _trial = new PlanTrial(options.Kept);
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
            return _trial.Deadline is { } trial && trial < _phaseDeadline ? trial : _phaseDeadline;
        }

        var silence = _heartbeats.SilentAt;
        if (_writing)
        {
            return silence;
        }

        var first = silence < _heartbeats.Due ? silence : _heartbeats.Due;
        return _reports.Due is { } report && report < first ? report : first;
    }

    /// <summary>A deadline passed.</summary>
    public void HandleTimeout(DateTimeOffset now)
    {
        if (_trial.PollReturn(now) is { } back)
        {
            _effects.Enqueue(new SessionEffect.Apply(back.Plan.Plan, back.Plan.PolicyYaml));
        }

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
            case Phase.Open when now >= _heartbeats.SilentAt:
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
            _options.Host, _options.Labels, _options.AgentVersion, _plans.Running, _plans.Taken, _reports.LastSequence,
            _options.Capabilities));
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
    /// <param name="message">It.</param>
    /// <param name="now">The time.</param>
    /// <param name="local">This end's address of the session; null when it is not known.</param>
    public void HandleMessage(SiloMessage message, DateTimeOffset now, IPAddress? local = null)
    {
        if (_phase is not (Phase.Greeting or Phase.Open))
        {
            return;
        }

        _heartbeats.Heard(now);
        _local = local;
        switch (message)
        {
            case SiloMessage.Welcome welcome:
                Open(welcome, now);
                break;
            case SiloMessage.Plan plan:
                _outbox.Verdict = _plans.HandleOffer(plan) ?? _outbox.Verdict;
                break;
            case SiloMessage.UnreadablePlan unreadable:
                _outbox.Verdict = _plans.HandleUnreadable(unreadable);
                break;
            case SiloMessage.FullReportRequest:
                _reports.RequestFull(now);
                break;
            case SiloMessage.Heartbeat or SiloMessage.Unknown:
                break;
        }

        Pump(now);
    }

    /// <summary>The host was read anew. What happened goes with what it led to, in one report.</summary>
    public void HandleNews(HostNews news, DateTimeOffset now)
    {
        _outbox.Add(news.Occurrences);
        _reports.Update(news, now);
        Pump(now);
    }

    /// <summary>The plan of the last <see cref="SessionEffect.Apply"/> was taken over.</summary>
    public void HandleApplied(PlanOutcome outcome, DateTimeOffset now)
    {
        // First the trial of this plan: the answer may begin the next one.
        var returning = _trial.Returning;
        _trial.HandleApplied(now);
        _outbox.Verdict = returning is { } back && outcome.Version == back.Plan.Plan.Version
            ? _plans.HandleReverted(outcome, back)
            : _plans.HandleApplied(outcome);
        Pump(now);
    }

    private void Apply(SessionEffect.Apply apply)
    {
        _trial.HandleApply(new KeptPlan(apply.Plan, apply.PolicyYaml), _local);
        _effects.Enqueue(apply);
    }

    private void Open(SiloMessage.Welcome welcome, DateTimeOffset now)
    {
        _phase = Phase.Open;
        _trial.HandleBack();
        _heartbeats.Begin(welcome.HeartbeatInterval, now);
        _backoff.Reset();
        _reports.Open(welcome.ReportInterval, now);
        if (_away != false)
        {
            _away = false;
            _effects.Enqueue(new SessionEffect.SiloBack(welcome.Silo, welcome.ReportInterval));
        }
    }

    /// <summary>Sends the most urgent thing that waits, if nothing is being written.</summary>
    private void Pump(DateTimeOffset now)
    {
        if (_phase != Phase.Open || _writing)
        {
            return;
        }

        if (_outbox.TakeVerdict() is { } verdict)
        {
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
        else if (now >= _heartbeats.Due)
        {
            Send(_heartbeats.Beat(now));
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

        // The first attempt that fails is told too: else nobody hears of a wrong address.
        if (_away != true)
        {
            _away = true;
            _effects.Enqueue(new SessionEffect.SiloAway(reason));
        }

        _trial.HandleLost(now);
        _writing = false;
        _outbox.Restore();
        _reports.Close();
        (_phase, _phaseDeadline) = (Phase.Waiting, now + _backoff.Next());
    }
}
