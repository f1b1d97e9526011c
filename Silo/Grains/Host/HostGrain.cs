using Multipath.Contracts.Grains;
using Multipath.Policies.Model;
using Multipath.Silo.Hosting;
using Multipath.Silo.Telemetry;
using Orleans;
using Orleans.Runtime;

namespace Multipath.Silo.Grains.Host;

/// <summary>
/// One host. Each turn goes the same way: take what came into the picture or the ledger, decide (rank), then <see cref="Act"/>: push the
/// plan if it is new, store what changed, publish, set the alarm. A push precedes the store, because versions are unique without it
/// (see <see cref="PlanLedger"/>), and steering goes on while the store is down; only the first plan by another policy waits for it.
/// </summary>
internal sealed partial class HostGrain(
    [PersistentState("host", StoreNames.Fleet)] IPersistentState<HostRecord> store,
    PolicyCache policies,
    SiloMetrics metrics,
    StateWriter writer,
    TimeProvider clock,
    ILogger<HostGrain> logger) : Grain, IHostGrain
{
    private static readonly TimeSpan StoreAgainAfter = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;
    private readonly HostLink _link = new();
    private readonly PlanTiming _timing = new(metrics, clock);
    private string _host = "";
    private HostRanking _ranking = null!;
    private HostVoice _voice = null!;
    private HostMemory _memory = null!;
    private GrainAlarm _alarm = null!;
    private HostPicture _picture = HostPicture.Empty;

    private PlanLedger Ledger
    {
        get => _memory.Ledger;
        set => _memory.Ledger = value;
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _host = this.GetPrimaryKeyString();
        _ranking = new HostRanking(_host, policies, metrics, clock);
        _voice = new HostVoice(_host, GrainFactory.GetGrain<IFleetGrain>(FleetKey.Value), clock);
        _memory = new HostMemory(store, writer);
        _alarm = new GrainAlarm(this.RegisterGrainTimer(OnAlarm, GrainAlarm.Unset), clock);
        return Task.CompletedTask;
    }

    public async Task<string?> Open(HostHello hello, IHostSession session)
    {
        if (hello.Running?.Epoch > PlanLedger.HighestEpoch || hello.Taken?.Epoch > PlanLedger.HighestEpoch
            || hello.ObservationSequence > ReportBounds.Sequence)
        {
            return $"plan {hello.Taken ?? hello.Running} or sequence {hello.ObservationSequence} is beyond what this silo counts to";
        }

        await _memory.Meet(hello, clock.GetUtcNow());
        await _link.Replace(hello.Session, session);
        _picture = _picture.Resume(hello.ObservationSequence);
        if (!Follow(await _voice.Join(Summary())))
        {
            return null;
        }

        LogOpened(_host, hello.Session, hello.AgentVersion, hello.Running);
        _voice.Say("connected", $"agent {hello.AgentVersion}", hello.Running);
        if (Ledger.Hold is { } hold)
        {
            LogHeld(_host, hold.Running);
            _voice.Say("held", hold.ToString(), hold.Running);
        }

        if (!_picture.Complete)
        {
            await _link.AskWholeReport("the silo has no whole report of this host");
        }

        await Decide(clock.GetUtcNow(), null);
        return null;
    }

    public async Task<ReportVerdict> Report(HostReport report)
    {
        if (!_link.Is(report.Session))
        {
            return new(ReportOutcome.NotCurrent, "a newer session of this host took over");
        }

        if (report.Full)
        {
            _link.WholeReportCame();
        }

        var before = _picture;
        (_picture, var verdict) = ObservationMerge.Apply(before, report);
        metrics.Report(verdict.Outcome);
        if (verdict.Outcome == ReportOutcome.Accepted)
        {
            _voice.SayReport(before, _picture, report);
            await Decide(clock.GetUtcNow(), null);
            return verdict;
        }

        LogReportRefused(_host, report.Sequence, verdict.Reason);
        if (verdict.Outcome == ReportOutcome.Gap)
        {
            await _link.AskWholeReport(verdict.Reason);
        }

        return verdict;
    }

    public Task<bool> Acknowledge(PlanAcknowledgement acknowledgement) =>
        Answer(acknowledgement.Session, acknowledgement.Version, Ledger.Acknowledge(acknowledgement.Version, acknowledgement.Refused),
            acknowledgement.Refused.IsEmpty ? "acked" : "partial", acknowledgement.Trace);

    public Task<bool> Refuse(PlanRefusal refusal) =>
        Answer(refusal.Session, refusal.Version, Ledger.Refuse(refusal.Version, refusal.Running, refusal.Reason), "nacked");

    public async Task<bool> Touch(string session)
    {
        if (!_link.Is(session))
        {
            return false;
        }

        await _voice.Publish(Summary());
        return true;
    }

    public async Task Close(string session)
    {
        if (_link.Is(session))
        {
            _link.Close();
            LogClosed(_host, session);
            _memory.Record = _memory.Record with { LastSeen = clock.GetUtcNow(), Ledger = Ledger.GiveUpOnAnswer() };
            _voice.Say("disconnected", "");
            await Act();
        }
    }

    public Task<HostDescription?> Describe() =>
        Task.FromResult(_memory.Record.LastSeen is null ? null : HostView.Whole(Summary(), _memory.Record, _picture, _ranking.Problem));

    public async Task Govern(Governance governance)
    {
        // What is older than what is known came late, unless the fleet itself is older now.
        if ((_ranking.Govern(governance) || Follow(await _voice.Join(Summary()))) && _link.IsOpen)
        {
            await Decide(governance.ChangedAt, governance.Trace);
        }
    }

    public async Task<ResumeOutcome> Resume()
    {
        if (Ledger.Hold is not { } hold)
        {
            return _memory.Record.LastSeen is null ? ResumeOutcome.Unknown : ResumeOutcome.NotHeld;
        }

        await _memory.Resume();
        LogResumed(_host, hold.Running);
        _voice.Say("resumed", $"what runs is replaced by plans of epoch {Ledger.Epoch}", hold.Running);
        await (_link.IsOpen ? Decide(clock.GetUtcNow(), null) : Act());
        return ResumeOutcome.Resumed;
    }

    /// <summary>
    /// Takes what the fleet says when it is asked. A fleet that is older than it was had its store restored from a backup, and so was that
    /// of this host: all that is in memory is void. The session ends with the activation, and the host may be held in the next one.
    /// </summary>
    private bool Follow(Governance asked)
    {
        if (_ranking.Govern(asked))
        {
            return true;
        }

        LogFleetWentBack(_host, asked.FleetVersion, _ranking.Governance!.FleetVersion);
        DeactivateOnIdle();
        return false;
    }

    private HostSummary Summary() =>
        HostView.Summary(_host, _memory.Record, _picture, _ranking.Governance, _link.IsOpen, clock.GetUtcNow());

    private Task Decide(DateTimeOffset cause, string? trace)
    {
        var before = Ledger.Desired;
        Ledger = _ranking.Decide(Ledger, _picture, trace);
        if (!ReferenceEquals(before, Ledger.Desired))
        {
            _timing.Caused(cause, _ranking.Trace);
        }

        return Act();
    }

    private async Task<bool> Answer(string session, PlanVersion version, PlanLedger answered, string result, string? trace = null)
    {
        if (!_link.Is(session))
        {
            return false;
        }

        // An answer to a plan that is not in flight is late or doubled; the ledger has not changed then.
        if (!ReferenceEquals(answered, Ledger))
        {
            Ledger = answered;
            _timing.Answered(result, trace);
            var trouble = answered.Trouble?.Version == version ? answered.Trouble.Text : null;
            _voice.Say(trouble is null ? "acked" : "refused", trouble ?? "", version);
            if (trouble is not null)
            {
                LogNotRunning(_host, version, trouble);
            }

            await Act();
        }

        return true;
    }

    private async Task Act()
    {
        var unstored = Ledger.NextPush is { } next && !_memory.IsEpochStored(next.Version) ? await _memory.Store() : null;
        if (unstored is null)
        {
            await Push();
            unstored = await _memory.Store();
        }

        if (unstored is not null)
        {
            LogStoreFailed(_host, unstored);
        }

        await _voice.Publish(Summary());
        SetAlarm(unstored is null ? null : clock.GetUtcNow() + StoreAgainAfter);
    }

    private async Task Push()
    {
        if (_link.IsOpen && _ranking.Governance?.Policy is { } policy && Ledger.NextPush is { } plan && plan.Follows(policy))
        {
            Ledger = Ledger.Push(plan);
            await _link.Offer(new PlanOffer(plan.Plan, policy.Yaml, _timing.Pushed(_host, plan.Version)));
            LogPushed(_host, plan.Version, policy.Name);
            _voice.Say("plan", $"policy {policy.Name}", plan.Version);
        }
    }

    private Task OnAlarm()
    {
        if (_timing.Deadline <= clock.GetUtcNow())
        {
            Ledger = Ledger.GiveUpOnAnswer();
            _timing.Answered("unanswered");
        }

        return _link.IsOpen ? Decide(clock.GetUtcNow(), null) : Act();
    }

    private void SetAlarm(DateTimeOffset? storeAgain)
    {
        DateTimeOffset?[] times = _link.IsOpen ? [_ranking.NextDeadline, _timing.Deadline, storeAgain] : [storeAgain];
        _alarm.Set(times.Min());
    }
}
