using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.Interop;
using Multipath.Agent.LastPlan;
using Multipath.Agent.Reflexes;
using Multipath.Agent.Routes;
using Multipath.Agent.Session;
using Multipath.Policies.Diff;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// Makes the data plane what the plan says: takes what happened by <c>Handle…</c>, then <see cref="Settle"/> observes, realises, acts
/// and tells.
/// It owns no thread and no timer; whoever calls it does so from one thread at a time.
/// </summary>
internal sealed class Reconciler
{
    private readonly IDataPlane _plane;
    private readonly IReconcileOutput _output;
    private readonly Journal _journal;
    private readonly AgentClock _clock;
    private readonly ConnectionTable _table = new();
    private readonly PathBook _paths = new();
    private readonly BlackholeReflex _blackhole;
    private readonly Measurements _measurements;
    private readonly Observer _observer;
    private readonly PlanInForce _plan;
    private readonly Realisation _realisation;
    private readonly MeasuringTurn _measuring;
    private readonly SchedulerSteering _steering;
    private readonly ReportCut _cut = new();
    private bool _dirty = true;
    private bool _news = true;

    public Reconciler(string host, IDataPlane plane, IReconcileOutput output, Journal journal, AgentClock clock)
    {
        (_plane, _output, _journal, _clock) = (plane, output, journal, clock);
        _measurements = new Measurements(plane, _table, _paths);
        _measuring = new MeasuringTurn(_measurements, _table, _paths, output, journal);
        _observer = new Observer(_table, _paths, _measurements);
        _plan = new PlanInForce(host);
        _steering = new SchedulerSteering(plane, _table, journal);
        _realisation = new Realisation(
            _table,
            _paths,
            _observer,
            new ActionRunner(plane, _table, journal, clock),
            _steering,
            new HandoverWatch(_measurements, _table, _paths, journal));
        _blackhole = new BlackholeReflex(_table, _paths, _realisation, journal);
    }

    /// <summary>False alarms of the blackhole reflex since the start.</summary>
    public long FalseAlarmCount => _blackhole.Alarms.Count;

    /// <summary>What holds now.</summary>
    public PlanContent? Content => _plan.Content;

    /// <summary>When to call <see cref="Settle"/> again although nothing happened; null for never.</summary>
    public DateTimeOffset? NextDeadline
    {
        get
        {
            DateTimeOffset?[] all =
                [_measuring.NextDeadline, _realisation.NextDeadline, _table.NextExpiry(), _paths.NextConfirm, _plan.NextDeadline];
            return all.Min();
        }
    }

    /// <summary>Reads what is there: at the start, and after events were lost.</summary>
    public void Recover()
    {
        _table.Recover(_plane.Snapshot(), _paths.Of, _clock.Now);
        foreach (var connection in _table.Connections)
        {
            connection.Steerable = _plane.IsSteerable(connection.Token);
            Realisation.Classify(_plan.Content, connection);
        }

        _dirty = _news = true;
    }

    /// <summary>The data plane told something.</summary>
    public void HandleEvent(MptcpEvent happened, DateTimeOffset now)
    {
        if (happened is MptcpEvent.Overrun)
        {
            _journal.Warn("events of the data plane were lost; everything is read anew");
            Recover();
            return;
        }

        if (_table.Handle(happened) is { } change)
        {
            _dirty = _news = true;
            Take(change, now);
        }
    }

    /// <summary>
    /// Links, addresses or routes changed. A link that went down is acted on before anything else, even when it is up again.
    /// </summary>
    public void HandlePaths(IReadOnlyCollection<HostPath> paths, DateTimeOffset now)
    {
        if (_paths.Interrupted(paths) is { IsEmpty: false } interrupted)
        {
            Take(paths.Select(path => interrupted.Contains(path.Path) ? path with { LinkUp = false } : path), now);
            Settle(now);
        }

        Take(paths, now);
    }

    /// <summary>A subflow fell silent, or is heard again.</summary>
    public void HandleAlarm(BlackholeAlarm alarm, DateTimeOffset now)
    {
        if (_blackhole.HandleAlarm(alarm, _plan.Content, now))
        {
            _dirty = _news = true;
        }
    }

    /// <summary>The watch measured subflows in use.</summary>
    public void HandleMeasured(MeasuredBatch batch, DateTimeOffset now) =>
        _news |= _measuring.HandleMeasured(batch, _plan.Content, now);

    /// <summary>A plan of the silo.</summary>
    /// <param name="plan">It, with its policy's text.</param>
    /// <param name="keep">For the next start as well.</param>
    /// <param name="source">Whose it is, for people.</param>
    /// <param name="now">The time.</param>
    /// <param name="trace">W3C trace context of the decision; empty for none.</param>
    /// <returns>What was done at once, for the answer.</returns>
    public PlanOutcome HandlePlan(KeptPlan plan, bool keep, string source, DateTimeOffset now, string trace = "")
    {
        var before = _plan.Content;
        _plan.Adopt(plan);
        if (_plan.PolicyTrouble.Length > 0)
        {
            _journal.Warn($"the policy's text cannot be used while the silo is away: {_plan.PolicyTrouble}");
        }

        if (keep)
        {
            _output.Keep(plan);
        }

        return Adopted(before, plan.Plan.Version, source, trace, now);
    }

    /// <summary>A policy to follow without a silo.</summary>
    public void HandlePolicy(Policy policy, DateTimeOffset now)
    {
        _plan.Follow(policy, now);
        _news = true;
    }

    /// <summary>The silo is back, and wants measurements this often.</summary>
    public void HandleSiloBack(TimeSpan reportInterval, DateTimeOffset now)
    {
        _plan.SiloBack(now);
        _measuring.Every(reportInterval, now);
    }

    /// <summary>The silo is away.</summary>
    public void HandleSiloAway(DateTimeOffset now) => _plan.SiloAway(now);

    /// <summary>Programs were found, by token.</summary>
    public void HandleProcesses(IReadOnlyDictionary<uint, string> byToken)
    {
        foreach (var (token, name) in byToken)
        {
            if (_table.TryGet(token, out var connection))
            {
                connection.Process = name;
            }
        }
    }

    /// <summary>Does what is due and tells what changed.</summary>
    public void Settle(DateTimeOffset now)
    {
        if (_measuring.NextDeadline <= now)
        {
            _dirty |= _measuring.Measure(_plan.Content, now);
            _news = true;
        }

        foreach (var failed in _table.Expire(now, Errno.TimedOut))
        {
            _realisation.GiveUp(failed.Begun, failed.Connection);
            Take(failed, now);
            _dirty = true;
        }

        if (_paths.NextConfirm <= now && _paths.Confirm(now, (path, since) => _measurements.AnsweredSince(path, since, now)))
        {
            _dirty = _news = true;
        }

        var before = _plan.Content;
        if ((_news || _plan.NextDeadline <= now) && _plan.Rank(_observer.Paths(), _table.Connections.Count, now))
        {
            Adopted(before, _plan.Given?.Plan.Version ?? default, _plan.RanksItself ? "own" : "silo's", "", now);
        }
        else if ((_dirty || _realisation.NextDeadline <= now) && _plan.Content is { } content)
        {
            _news |= _realisation.Run(content, now).Results.Length > 0;
        }

        _dirty = false;
        if (_news || _journal.HasOccurrences)
        {
            _news = false;
            var snapshot = _cut.Cut(_observer.Snapshot(_observer.Paths(), now));
            _journal.LeftOut(_cut.News);
            _output.Publish(new HostNews(snapshot, _journal.TakeOccurrences()));
            _output.Watch(_observer.Watched(_blackhole.Alarms, now));
            _output.StandBy(StandbyPath.Of(_plan.Content, _paths.Paths));
        }
    }

    private PlanOutcome Adopted(PlanContent? before, PlanVersion version, string source, string trace, DateTimeOffset now)
    {
        var content = _plan.Content!;
        _realisation.Classify(content);
        using var span = _journal.Trace.Plan(version.ToString(), content.Policy, trace, now);
        var results = _realisation.Run(content, now).Results;
        var applied = results.Where(one => one.Error is null).Select(ActionRunner.Outcome).ToEquatableArray();
        EquatableArray<ActionOutcome> refused =
            [.. results.Where(one => one.Error is not null).Select(ActionRunner.Outcome), .. _steering.Refused];
        var difference = string.Join("; ", PlanDiff.Between(before, content));
        _journal.Plan(version, source, content.Policy, difference, applied.Count, refused.Count);
        _dirty = _news = true;
        return new PlanOutcome(version, applied, refused, span?.Id ?? trace);
    }

    private void Take(IEnumerable<HostPath> paths, DateTimeOffset now)
    {
        var down = _paths.Replace(paths);
        _measuring.HandlePaths();
        _dirty = _news = true;
        if (down.IsEmpty || _plan.Content is not { } content)
        {
            return;
        }

        using var span = _journal.Trace.Reflex("link-down", string.Join(' ', down));
        var before = down.ToDictionary(path => path, path => _realisation.Subflows(path));
        var results = _realisation.Run(content, now);
        foreach (var path in down)
        {
            _journal.LinkDown(path, before[path] - _realisation.Subflows(path), results.Took);
        }
    }

    private void Take(TableChange change, DateTimeOffset now)
    {
        switch (change)
        {
            case TableChange.Ready ready when _table.TryGet(ready.Token, out var connection):
                connection.Steerable = _plane.IsSteerable(ready.Token);
                Realisation.Classify(_plan.Content, connection);
                break;
            case TableChange.Gone gone:
                _blackhole.Alarms.Forget(gone.Token);
                _measurements.Forget(gone.Token);
                break;
            case TableChange.Joined joined when _paths.Of(joined.Subflow.Tuple.LocalAddress) is { } path:
                _blackhole.HandleJoined(joined.Connection.Token, path, now);
                if (joined.Begun is { } begun)
                {
                    _journal.Joined(joined.Connection.Token, path, now - begun.Since);
                }

                break;
            case TableChange.Left left when _paths.Of(left.Subflow.Tuple.LocalAddress) is { } path:
                _realisation.Left(left.Connection.Token, path, now);
                break;
            case TableChange.Failed failed:
                var create = new CreateSubflow(
                    failed.Connection.Token, failed.Begun.Path, 0, failed.Begun.LocalId, failed.Begun.Remote, failed.Begun.Backup, "join");
                _realisation.Failed(create, failed.Error, _journal, now);
                break;
        }
    }
}
