using Multipath.Contracts.Grains;
using Multipath.Policies.Model;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage;
using Multipath.Silo.Telemetry;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Grains.Policy;

/// <summary>
/// One policy: stores it, then makes the fleet follow. When either cannot be stored, nothing has changed and the caller is told why.
/// What the fleet has is in force: a text that was stored here and never got there is none, whatever stopped it on its way.
/// </summary>
internal sealed partial class PolicyGrain(
    [PersistentState("policy", StoreNames.Fleet)] IPersistentState<PolicyRecord> store,
    SiloMetrics metrics,
    StateWriter writer,
    TimeProvider clock,
    ILogger<PolicyGrain> logger)
    : Grain, IPolicyGrain
{
    private readonly ILogger _logger = logger;

    private IFleetGrain Fleet => GrainFactory.GetGrain<IFleetGrain>(FleetKey.Value);

    public override async Task OnActivateAsync(CancellationToken cancellationToken) =>
        store.State = store.State.Follow(await Fleet.InForce(this.GetPrimaryKeyString()));

    public async Task<PolicyApplied> Apply(PolicyDraft draft, bool dryRun, string? trace)
    {
        var (outcome, next) = store.State.Apply(draft, clock.GetUtcNow());
        var document = next.Document!;
        if (dryRun)
        {
            return new(draft.Name, document.Revision, outcome, await Fleet.WouldGovern(document));
        }

        // The fleet is told also when nothing changed: it may have missed it when its answer did not come in time.
        using var span = SiloTrace.Start("policy", trace);
        span?.SetTag(SiloTrace.PolicyTag, draft.Name);
        EquatableArray<string> hosts = [];
        await Change(next, async () => hosts = await Fleet.PolicyApplied(document, span?.Id ?? trace));
        if (outcome != ApplyOutcome.Unchanged)
        {
            metrics.PolicyChanged("applied");
        }

        return new(draft.Name, document.Revision, outcome, hosts);
    }

    public async Task<bool> Delete(string? trace)
    {
        var existed = store.State.Document is not null;
        using var span = SiloTrace.Start("policy", trace);
        span?.SetTag(SiloTrace.PolicyTag, this.GetPrimaryKeyString());
        await Change(store.State.Delete(), () => Fleet.PolicyDeleted(this.GetPrimaryKeyString(), span?.Id ?? trace));
        if (existed)
        {
            metrics.PolicyChanged("deleted");
        }

        return existed;
    }

    public Task<PolicyDocument?> Get() => Task.FromResult(store.State.Document);

    private async Task Change(PolicyRecord next, Func<Task> tellFleet)
    {
        var before = store.State;
        var changed = next != before;
        try
        {
            if (changed)
            {
                store.State = next;
                await writer.Write(store, "policy");
            }
        }
        catch
        {
            store.State = before;
            throw;
        }

        try
        {
            await Again.AfterStaleWrite(tellFleet);
        }
        catch (StoreException error) when (changed && !error.IsDoubtful)
        {
            // Only here is it certain that the fleet goes on as before; after a timeout or in doubt, applying again heals.
            await TakeBack(before, next);
            throw;
        }
    }

    private async Task TakeBack(PolicyRecord before, PolicyRecord tried)
    {
        store.State = before;
        try
        {
            await writer.Write(store, "policy");
        }
        catch (Exception error) when (error is not InconsistentStateException)
        {
            // The store keeps what was tried until the next change, or until the next activation asks the fleet: its revision is spent.
            store.State = before with { Revision = tried.Revision };
            LogNotTakenBack(this.GetPrimaryKeyString(), error);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Policy {Policy} could not be taken back in the store; what is stored of it is not in force")]
    private partial void LogNotTakenBack(string policy, Exception error);
}
