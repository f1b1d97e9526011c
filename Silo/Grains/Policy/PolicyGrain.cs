using Multipath.Contracts.Grains;
using Multipath.Silo.Hosting;
using Multipath.Silo.Telemetry;
using Orleans;
using Orleans.Runtime;

namespace Multipath.Silo.Grains.Policy;

/// <summary>One policy: stores it, then makes the fleet follow.</summary>
internal sealed class PolicyGrain(
    [PersistentState("policy", StoreNames.Fleet)] IPersistentState<PolicyRecord> store, SiloMetrics metrics, TimeProvider clock)
    : Grain, IPolicyGrain
{
    private IFleetGrain Fleet => GrainFactory.GetGrain<IFleetGrain>(FleetKey.Value);

    public async Task<PolicyApplied> Apply(PolicyDraft draft, bool dryRun, string? trace)
    {
        var (outcome, next) = store.State.Apply(draft, clock.GetUtcNow());
        var document = next.Document!;
        if (dryRun)
        {
            return new(draft.Name, document.Revision, outcome, await Fleet.WouldGovern(document));
        }

        if (outcome != ApplyOutcome.Unchanged)
        {
            store.State = next;
            await store.WriteStateAsync();
            metrics.PolicyChanged("applied");
        }

        // Also when unchanged: the fleet may have missed it when the silo stopped between the two writes.
        return new(draft.Name, document.Revision, outcome, await Fleet.PolicyApplied(document, trace));
    }

    public async Task<bool> Delete(string? trace)
    {
        var existed = store.State.Document is not null;
        if (existed)
        {
            store.State = store.State.Delete();
            await store.WriteStateAsync();
            metrics.PolicyChanged("deleted");
        }

        await Fleet.PolicyDeleted(this.GetPrimaryKeyString(), trace);
        return existed;
    }

    public Task<PolicyDocument?> Get() => Task.FromResult(store.State.Document);
}
