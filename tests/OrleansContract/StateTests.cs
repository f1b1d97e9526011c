using Orleans.Storage;

namespace Multipath.OrleansContract.Tests;

public sealed class StateTests
{
    [Fact]
    public async Task A_state_without_a_record_is_new_and_has_no_version()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        ITallyGrain grain = host.Grain<ITallyGrain>("a");
        Assert.Equal(0, await grain.Count());
        Assert.Null(await grain.Etag());
        Assert.False(await grain.Exists());
    }

    [Fact]
    public async Task What_was_written_is_there_before_the_next_activation_starts()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        ITallyGrain grain = host.Grain<ITallyGrain>("a");
        Assert.Equal(1, await grain.Increment(write: true));
        Assert.True(await grain.Exists());
        await grain.Retire();
        Assert.Equal(1, await grain.Count());
        Assert.Equal(["activated 0", "deactivated ApplicationRequested", "activated 1"], await host.Probe.TakeAsync("life", 3));
    }

    [Fact]
    public async Task What_was_not_written_is_lost_with_the_activation()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        ITallyGrain grain = host.Grain<ITallyGrain>("a");
        await grain.Increment(write: true);
        Assert.Equal(2, await grain.Increment(write: false));
        await grain.Retire();
        Assert.Equal(1, await grain.Count());
    }

    [Fact]
    public async Task A_cleared_state_is_new_again()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        ITallyGrain grain = host.Grain<ITallyGrain>("a");
        await grain.Increment(write: true);
        await grain.Clear();
        Assert.False(await grain.Exists());
        Assert.Equal(0, await grain.Count());
        Assert.Equal(1, await grain.Increment(write: true));
    }

    [Fact]
    public async Task A_write_with_a_stale_version_fails_and_the_activation_goes()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        ITallyGrain grain = host.Grain<ITallyGrain>("a");
        await grain.Increment(write: true);
        await Assert.ThrowsAsync<InconsistentStateException>(grain.ClearBehindItsBackAndWrite);
        Assert.Equal(100, await grain.Count());
        Assert.Equal(["activated 0", "deactivated ApplicationError", "activated 100"], await host.Probe.TakeAsync("life", 3));
    }
}
