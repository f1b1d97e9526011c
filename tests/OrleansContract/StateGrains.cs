using Orleans;
using Orleans.Runtime;

namespace Multipath.OrleansContract.Tests;

[GenerateSerializer]
[Alias("contract.Tally")]
internal sealed class Tally
{
    [Id(0)]
    public int Count { get; set; }
}

[Alias("contract.ITallyGrain")]
internal interface ITallyGrain : IGrainWithStringKey
{
    Task<int> Count();

    Task<int> Increment(bool write);

    Task Clear();

    Task<string?> Etag();

    Task<bool> Exists();

    Task Retire();

    Task ClearBehindItsBackAndWrite();
}

internal sealed class TallyGrain(
    [PersistentState("tally", "store")] IPersistentState<Tally> tally,
    [PersistentState("tally", "store")] IPersistentState<Tally> behind,
    Probe probe) : Grain, ITallyGrain
{
    public Task<int> Count() => Task.FromResult(tally.State.Count);

    public async Task<int> Increment(bool write)
    {
        tally.State.Count++;
        if (write)
        {
            await tally.WriteStateAsync();
        }

        return tally.State.Count;
    }

    public Task Clear() => tally.ClearStateAsync();

    public Task<string?> Etag() => Task.FromResult(tally.Etag);

    public Task<bool> Exists() => Task.FromResult(tally.RecordExists);

    public Task Retire()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task ClearBehindItsBackAndWrite()
    {
        await behind.ReadStateAsync();
        behind.State.Count = 100;
        await behind.WriteStateAsync();
        tally.State.Count = 7;
        await tally.WriteStateAsync();
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Report("life", $"activated {tally.State.Count}");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Report("life", $"deactivated {reason.ReasonCode}");
        return Task.CompletedTask;
    }
}
