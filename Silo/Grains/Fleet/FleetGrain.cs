using Multipath.Contracts.Grains;
using Multipath.Policies.Model;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage;
using Multipath.Silo.Telemetry;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Grains.Fleet;

/// <summary>
/// The fleet's index. A policy is stored before its hosts are told. Hosts are stored a moment later, many at once, and not because they
/// were merely seen again: one that is lost by then comes back with its agent's next session. An activation tells each host that it hears
/// of for the first time what governs it, so that what was stored is followed though the activation before ended in the middle of telling.
/// </summary>
internal sealed partial class FleetGrain(
    [PersistentState("fleet", StoreNames.Fleet)] IPersistentState<FleetRecord> store,
    PolicyCache cache,
    SiloMetrics metrics,
    StateWriter writer,
    TimeProvider clock,
    ILogger<FleetGrain> logger) : Grain, IFleetGrain
{
    private static readonly TimeSpan StoreHostsAfter = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private readonly FleetWatchers _watchers = new(clock);
    private Fanout<Governance> _fanout = null!;
    private FleetIndex _index = null!;
    private GrainAlarm _storeSoon = null!;
    private GrainAlarm _tellAgain = null!;
    private bool _hostsChanged;
    private bool _hostsSeen;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        store.State = store.State.AllAway();
        _fanout = new((host, governance) => GrainFactory.GetGrain<IHostGrain>(host).Govern(governance), NotTold, clock);
        _index = new FleetIndex(store.State.Policies, cache);
        metrics.Fleet(store.State.Hosts);
        _storeSoon = new GrainAlarm(this.RegisterGrainTimer(StoreHosts, GrainAlarm.Unset), clock);
        _tellAgain = new GrainAlarm(this.RegisterGrainTimer(TellAgain, GrainAlarm.Unset), clock);
        foreach (var (name, document) in store.State.Policies)
        {
            if (cache.Parse(document) is { Value: null } refused)
            {
                LogUnreadable(name, refused.Errors[0].ToString());
            }
        }

        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        metrics.Fleet(null);
        _hostsChanged |= _hostsSeen;
        return StoreHosts();
    }

    public Task<Governance> Join(HostSummary host)
    {
        Enter(host);
        _fanout.Forget(host.Host);
        return Task.FromResult(GovernanceOf(_index.Governs(host.Labels), null));
    }

    public Task HostChanged(HostSummary host, EquatableArray<FleetHappening> happenings)
    {
        if (store.State.Hosts.GetValueOrDefault(host.Host) is { } known
            && (known.Epoch, known.LastSeen).CompareTo((host.Epoch, host.LastSeen)) > 0)
        {
            // Overtaken by what is known. What begins a session is taken in any case: after a restore it is of a lower epoch.
            return _watchers.Tell(happenings);
        }

        var isNew = IsAway(host.Host);
        Enter(host);
        if (isNew && host.Status != HostStatus.Away)
        {
            // It joined an activation before this one, which may have stored a policy and ended before the host was told.
            _fanout.Send(host.Host, GovernanceOf(_index.Governs(host.Labels), null));
        }

        return _watchers.Tell(happenings);
    }

    public async Task<EquatableArray<string>> PolicyApplied(PolicyDocument policy, string? trace)
    {
        await Change(store.State.With(policy), policy.Name, $"{policy.Name} revision {policy.Revision} applied", trace);
        return Governed(_index, policy.Name);
    }

    public Task PolicyDeleted(string name, string? trace) => Change(store.State.Without(name), name, $"{name} deleted", trace);

    public Task<PolicyDocument?> InForce(string policy) => Task.FromResult(store.State.Policies.GetValueOrDefault(policy));

    public Task<EquatableArray<string>> WouldGovern(PolicyDocument policy) =>
        Task.FromResult(Governed(new FleetIndex(store.State.Policies.SetItem(policy.Name, policy), cache), policy.Name));

    public Task<FleetSnapshot> Snapshot() =>
        Task.FromResult(new FleetSnapshot(store.State.Version, [.. store.State.Policies.Values], [.. store.State.Hosts.Values]));

    public async Task<bool> Watch(IFleetWatcher watcher, string host)
    {
        await watcher.Begin();
        return _watchers.Add(watcher, host);
    }

    public Task Unwatch(IFleetWatcher watcher)
    {
        _watchers.Remove(watcher);
        return Task.CompletedTask;
    }

    private Governance GovernanceOf(PolicyDocument? policy, string? trace) => new(store.State.Version, policy, clock.GetUtcNow(), trace);

    private EquatableArray<string> Governed(FleetIndex index, string policy) => [.. index.GovernedBy(policy, store.State.Hosts.Values)];

    private void Enter(HostSummary host)
    {
        var changed = store.State.IsNews(host);
        store.State = store.State.With(host);
        metrics.Fleet(store.State.Hosts);
        _hostsSeen = true;
        if (changed)
        {
            StoreSoon();
        }

        if (host.Status == HostStatus.Away)
        {
            _fanout.Forget(host.Host);
        }
    }

    private bool IsAway(string host) => store.State.Hosts.GetValueOrDefault(host)?.Status is null or HostStatus.Away;

    private void NotTold(string host, Exception error)
    {
        LogNotTold(host, error);
        if (IsAway(host))
        {
            _fanout.Forget(host);
        }

        _tellAgain.Set(_fanout.NextDeadline);
    }

    private Task TellAgain()
    {
        _fanout.SendAgain();
        _tellAgain.Set(_fanout.NextDeadline);
        return Task.CompletedTask;
    }

    private async Task Change(FleetRecord next, string policy, string text, string? trace)
    {
        if (ReferenceEquals(next, store.State))
        {
            return;
        }

        using var span = SiloTrace.Start("fleet", trace);
        span?.SetTag(SiloTrace.PolicyTag, policy);
        var before = store.State;
        store.State = next;
        try
        {
            await writer.Write(store, "fleet");
        }
        catch (Exception error)
        {
            store.State = before;
            if (error is StoreException { IsDoubtful: true })
            {
                // The next activation reads which of the two is stored.
                DeactivateOnIdle();
            }

            throw;
        }

        var index = new FleetIndex(next.Policies, cache);
        var told = _index.Differences(index, next.Hosts.Values).ToList();
        _index = index;
        told.ForEach(one => _fanout.Send(one.Host, GovernanceOf(one.Policy, span?.Id ?? trace)));
        LogPolicyChanged(policy, told.Count);
        await _watchers.Tell([new FleetHappening(clock.GetUtcNow(), "", "policy", text, null)]);
    }

    private async Task StoreHosts()
    {
        if (!_hostsChanged)
        {
            return;
        }

        (_hostsChanged, _hostsSeen) = (false, false);
        try
        {
            await writer.Write(store, "fleet");
        }
        catch (Exception error) when (error is not InconsistentStateException)
        {
            LogStoreFailed(error);
            StoreSoon();
        }
    }

    private void StoreSoon()
    {
        if (!_hostsChanged)
        {
            _hostsChanged = true;
            _storeSoon.Set(clock.GetUtcNow() + StoreHostsAfter);
        }
    }
}
