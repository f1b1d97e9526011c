using Orleans.Configuration;
using Orleans.Hosting;

namespace Multipath.OrleansContract.Tests;

public sealed class LifeTests
{
    [Fact]
    public async Task A_grain_is_activated_before_its_first_call_and_once()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.Grain<ILifeGrain>("a").Touch()));
        string[] expected = ["activated", .. Enumerable.Repeat("touched", 10)];
        Assert.Equal(expected, await host.Probe.TakeAsync("life", 11));
        Assert.True(host.Probe.IsSilent("life"));
    }

    [Fact]
    public async Task A_failed_activation_is_the_answer_and_the_next_call_tries_again()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        var failure = await Assert.ThrowsAsync<FormatException>(() => host.Grain<ILifeGrain>("fails").Touch());
        Assert.Equal("no activation", failure.Message);
        await host.Grain<ILifeGrain>("fails").Touch();
    }

    [Fact]
    public async Task Deactivation_waits_for_the_running_call_and_waiting_calls_go_to_the_next_activation()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        ILifeGrain grain = host.Grain<ILifeGrain>("a");
        Task holds = grain.HoldAndRetire("1");
        Assert.Equal(["activated", "holds"], await host.Probe.TakeAsync("life", 2));
        Task waits = grain.Touch();
        host.Probe.Open("1");
        await Task.WhenAll(holds, waits);
        Assert.Equal(["held", "deactivated ApplicationRequested", "activated", "touched"], await host.Probe.TakeAsync("life", 4));
    }

    [Fact]
    public async Task An_idle_activation_goes_after_the_collection_age()
    {
        await using ContractHost host = await ContractHost.StartAsync(silo => silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionQuantum = TimeSpan.FromMilliseconds(50);
            options.CollectionAge = TimeSpan.FromMilliseconds(100);
        }));
        await host.Grain<ILifeGrain>("a").Touch();
        Assert.Equal(["activated", "touched", "deactivated ActivationIdle"], await host.Probe.TakeAsync("life", 3));
        await host.Grain<ILifeGrain>("a").Touch();
        Assert.Equal(["activated", "touched"], await host.Probe.TakeAsync("life", 2));
    }

    [Fact]
    public async Task A_stopping_host_deactivates_all_activations_and_waits_for_them()
    {
        ContractHost host = await ContractHost.StartAsync();
        Probe probe = host.Probe;
        await host.Grain<ILifeGrain>("a").Touch();
        await host.Grain<ILifeGrain>("b").Touch();
        await probe.TakeAsync("life", 4);
        await host.StopAsync();
        // The reason is that the silo shuts down, or that the silo which knew where the grain is did so before.
        Assert.All(await probe.TakeAsync("life", 2), told => Assert.StartsWith("deactivated ", told, StringComparison.Ordinal));
        await host.DisposeAsync();
    }
}
