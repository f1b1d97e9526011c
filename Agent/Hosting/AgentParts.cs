using System.Collections.Immutable;
using System.Reflection;
using Multipath.Agent.LastPlan;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Agent.Routes;
using Multipath.Agent.Session;
using Multipath.Agent.Telemetry;
using Multipath.Policies.Model;

namespace Multipath.Agent.Hosting;

/// <summary>Puts the parts of an agent together and carries between them. It decides nothing.</summary>
internal sealed class AgentParts : IReconcileOutput, ISessionOwner, IAsyncDisposable
{
    private readonly IDataPlane _plane;
    private readonly IPathInventory _inventory;
    private readonly Action _restore;
    private readonly AgentLog _log;
    private readonly AgentMetrics _metrics = new();
    private readonly EquatableArray<string> _schedulers;
    private readonly AgentTelemetry _telemetry;
    private readonly PlanKeeper? _keeper;
    private readonly StandbyRoutes? _routes;
    private readonly ReconcileLoop _loop;
    private readonly BlackholeThread _watch;
    private readonly SiloChoice? _link;
    private readonly SessionShell? _session;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AgentParts(AgentOptions options, Policy? policy, AgentGround ground)
    {
        (_plane, _inventory, _restore) = (ground.Plane, ground.Inventory, ground.Restore);
        _schedulers = ground.Capabilities.Schedulers;
        var clock = new AgentClock(TimeProvider.System);
        var version = typeof(AgentParts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        _telemetry = AgentTelemetry.Start(options.Host, version, options.Metrics);
        _log = new AgentLog(options.Log, options.JsonLog, TimeProvider.System, _telemetry.Collected);
        var store = options.StateDirectory is { } directory ? new LastPlanStore(directory) : null;
        _keeper = store is null ? null : new PlanKeeper(store.Save, Warn);
        var kept = LoadPlan(store);
        if (ground.Routes is { } routes)
        {
            var file = options.StateDirectory is { } state ? new OwnRoutesFile(state) : null;
            _routes = new StandbyRoutes(routes, file, _log, TimeProvider.System);
        }

        if (options.Silo is { } silo)
        {
            _link = new SiloChoice(
                options.OtherSilos.Prepend(silo).Select(one => new GrpcSiloLink(one, options.Host, Handler())), new Random());
        }

        var journal = new Journal(_log, _metrics, clock);
        Reconciler = new Reconciler(options.Host, _plane, this, journal, clock);
        _watch = new BlackholeThread(
            _plane.OpenProbe(),
            clock,
            alarm => _loop!.Post((one, now) => one.HandleAlarm(alarm, now), urgent: true),
            // The one batch has to come back: what is not urgent is dropped when the loop falls behind.
            batch => _loop!.Post((one, now) => one.HandleMeasured(batch, now), urgent: true),
            _metrics.Stalled,
            e => Troubled("the watch for silent subflows", e),
            e => _failed.TrySetException(e));
        var outcome = Begin(kept, policy, clock.Now);
        _session = _link is null ? null : NewSession(options, ground.Capabilities, version, kept, outcome, clock);
        _loop = new ReconcileLoop(
            Reconciler, clock, e => Troubled("the look at the data plane", e), e => _failed.TrySetException(e));
        _log.Info(
            "started", new LogField("host", options.Host), new LogField("netns", options.Netns), new LogField("silo", options.Silo),
            new LogField("plan", kept?.Plan.Version), new LogField("version", version), new LogField("metrics", _telemetry.Address));
    }

    /// <summary>Ends when the agent cannot go on.</summary>
    public Task Failed => _failed.Task;

    public Reconciler Reconciler { get; }

    public Uri? MetricsAddress => _telemetry.Address;

    public async Task RunAsync(CancellationToken cancellation) => await Task.WhenAll(
        PumpAsync(
            _plane.Events.ReadAllAsync(cancellation),
            happened => _loop.Post((one, now) => one.HandleEvent(happened, now)),
            "events of the data plane",
            cancellation),
        PumpAsync(_inventory.ChangesAsync(cancellation), _loop.PostPaths, "changes of paths", cancellation),
        _session?.RunAsync(cancellation) ?? Task.CompletedTask);

    public void Publish(HostNews news)
    {
        _metrics.Observed(news.Snapshot);
        _session?.Publish(news);
    }

    public void Watch(ImmutableArray<WatchedSubflow> subflows) => _watch.Watch(subflows);

    public void StandBy(EquatableArray<StandbyPath> paths) => _routes?.Want(paths);

    public void Keep(KeptPlan plan) => _keeper?.Keep(plan);

    public void FindProcesses(IReadOnlyDictionary<uint, uint> tokenByInode) => ThreadPool.QueueUserWorkItem(_ =>
    {
        var names = _plane.ProcessesOf(tokenByInode.Keys.ToHashSet()).ToDictionary(found => tokenByInode[found.Key], found => found.Value);
        _loop.Post((one, _) => one.HandleProcesses(names));
    });

    public void Apply(SessionEffect.Apply apply, Action<PlanOutcome> done)
    {
        var plan = new KeptPlan(apply.Plan, apply.PolicyYaml);
        _loop.Post(
            (one, now) =>
            {
                try
                {
                    done(Checked(one.HandlePlan(plan, keep: true, "silo's", now, apply.Trace), apply.Plan));
                }
                catch (Exception e)
                {
                    // The session waits for an answer, and takes no other plan until it has one.
                    var refusal = new ActionOutcome("apply the plan", apply.Plan.Content.Policy, e.Message);
                    done(new PlanOutcome(apply.Plan.Version, [], [refusal]));
                    throw;
                }
            },
            urgent: true);
    }

    public void Sending(AgentMessage message)
    {
        switch (message)
        {
            case AgentMessage.Report report:
                var delta = report.Delta;
                _metrics.ReportSent();
                _log.Info(
                    "report", new LogField("sequence", delta.Sequence), new LogField("full", delta.Full),
                    new LogField("paths", delta.Paths.Count),
                    new LogField("connections", delta.Connections.Count), new LogField("occurrences", delta.Occurrences.Count));
                break;
            case AgentMessage.Nack nack:
                _metrics.PlanRefused();
                _log.Warn("nack", new LogField("version", nack.Version), new LogField("reason", nack.Reason));
                break;
        }
    }

    public void SiloBack(string silo, TimeSpan reportInterval)
    {
        _metrics.SiloConnected(true);
        _log.Info("silo-back", new LogField("silo", silo));
        _loop.Post((one, now) => one.HandleSiloBack(reportInterval, now), urgent: true);
    }

    public void SiloAway(string reason)
    {
        _metrics.SiloConnected(false);
        _log.Warn("silo-away", new LogField("reason", reason));
        _loop.Post((one, now) => one.HandleSiloAway(now), urgent: true);
    }

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        _loop.Dispose();
        await (_keeper?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_routes?.DisposeAsync() ?? ValueTask.CompletedTask);
        _link?.Dispose();
        _inventory.Dispose();
        _plane.Dispose();
        _restore();
        _log.Info("stopped");
        await _telemetry.DisposeAsync();
        _metrics.Dispose();
    }

    /// <summary>
    /// What is there before the loop begins: paths, connections, then the plan, so that a restart finds everything as planned.
    /// </summary>
    /// <returns>How the kept plan went; null when there is none.</returns>
    private PlanOutcome? Begin(KeptPlan? kept, Policy? policy, DateTimeOffset now)
    {
        PlanOutcome? outcome = null;
        Reconciler.HandlePaths(_inventory.Current, now);
        Reconciler.Recover();
        if (kept is not null)
        {
            outcome = Checked(Reconciler.HandlePlan(kept, keep: false, "kept", now), kept.Plan);
        }
        else if (policy is not null)
        {
            Reconciler.HandlePolicy(policy, now);
        }

        Reconciler.HandleSiloAway(now);
        return outcome;
    }

    /// <summary>What the data plane cannot do for any connection is refused as well.</summary>
    private PlanOutcome Checked(PlanOutcome outcome, HostPlan plan) =>
        outcome with { Refused = [.. outcome.Refused, .. SchedulerCheck.Refusals(plan.Content, _schedulers, _plane.HostScheduler?.Usual)] };

    private SessionShell NewSession(
        AgentOptions options, HostCapabilities capabilities, string version, KeptPlan? kept, PlanOutcome? outcome, AgentClock clock)
    {
        var session = new SessionOptions(options.Host, options.Labels, version, capabilities)
        {
            SequenceBase = (ulong)clock.Now.ToUnixTimeMilliseconds(),
            Kept = kept,
        };
        var machine = new SessionMachine(session, outcome, new Random(), clock.Now);
        return new SessionShell(machine, _link!, this, clock, TimeProvider.System);
    }

    private KeptPlan? LoadPlan(LastPlanStore? store)
    {
        var (kept, warning) = store?.Load() ?? (null, null);
        if (warning is not null)
        {
            Warn(warning);
        }

        return kept;
    }

    private void Warn(string text) => _log.Warn("warning", new LogField("text", text));

    private void Troubled(string what, Exception error) => Warn($"{what} failed and is tried again: {error.Message}");

    private static SocketsHttpHandler Handler() => new()
    {
        EnableMultipleHttp2Connections = true,
        UseProxy = false,
        KeepAlivePingDelay = TimeSpan.FromSeconds(10),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        ConnectTimeout = TimeSpan.FromSeconds(5),
    };

    /// <summary>Without events the agent would go on blind, and nobody would know.</summary>
    private async Task PumpAsync<T>(IAsyncEnumerable<T> events, Action<T> post, string what, CancellationToken cancellation)
    {
        try
        {
            await foreach (var happened in events.WithCancellation(cancellation))
            {
                post(happened);
            }

            if (!cancellation.IsCancellationRequested)
            {
                _failed.TrySetException(new InvalidOperationException($"The {what} have ended: the agent would not see what happens."));
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            _failed.TrySetException(e);
        }
    }
}
