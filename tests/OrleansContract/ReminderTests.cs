using Orleans.Hosting;

namespace Multipath.OrleansContract.Tests;

public sealed class ReminderTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_reminder_wakes_its_grain_again_after_the_activation_has_gone()
    {
        await using ContractHost host = await StartAsync();
        IReminderGrain grain = host.Grain<IReminderGrain>("a");
        await grain.Register(TimeSpan.Zero, Period);
        await host.Probe.NextAsync("reminder");
        await grain.Retire();
        Assert.Equal($"wake every {Period}", await host.Probe.NextAsync("reminder"));
    }

    [Fact]
    public async Task A_reminder_is_registered_until_it_is_unregistered()
    {
        await using ContractHost host = await StartAsync();
        IReminderGrain grain = host.Grain<IReminderGrain>("a");
        Assert.False(await grain.IsRegistered());
        await grain.Register(TimeSpan.FromHours(1), Period);
        await grain.Register(TimeSpan.FromHours(2), Period);
        Assert.True(await grain.IsRegistered());
        await grain.Unregister();
        Assert.False(await grain.IsRegistered());
    }

    [Fact]
    public async Task A_period_below_the_minimum_is_refused()
    {
        await using ContractHost host = await ContractHost.StartAsync(silo => silo.UseInMemoryReminderService());
        await Assert.ThrowsAsync<ArgumentException>(() => host.Grain<IReminderGrain>("a").Register(TimeSpan.Zero, Period));
    }

    private static Task<ContractHost> StartAsync() => ContractHost.StartAsync(silo =>
    {
        silo.UseInMemoryReminderService();
        silo.Configure<ReminderOptions>(options => options.MinimumReminderPeriod = Period);
    });
}
