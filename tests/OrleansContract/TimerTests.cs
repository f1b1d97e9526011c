namespace Multipath.OrleansContract.Tests;

public sealed class TimerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task A_timer_ticks_in_turns_of_its_activation()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        await host.Grain<ITimerGrain>("a").Start(interleave: false, Soon);
        Assert.Equal(["tick 1", "tick 2", "tick 3"], await host.Probe.TakeAsync("tick", 3));
    }

    [Fact]
    public async Task A_timer_with_an_infinite_period_ticks_once_until_it_is_changed()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        ITimerGrain grain = host.Grain<ITimerGrain>("a");
        await grain.Start(interleave: false, Timeout.InfiniteTimeSpan);
        Assert.Equal("tick 1", await host.Probe.NextAsync("tick"));
        await grain.Change(Soon, Timeout.InfiniteTimeSpan);
        Assert.Equal("tick 2", await host.Probe.NextAsync("tick"));
        host.Probe.Open("1");
        await grain.Hold("1");
        Assert.Equal(["in 1", "out 1"], await host.Probe.TakeAsync("tick", 2));
    }

    [Fact]
    public async Task A_tick_waits_for_a_running_call()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        ITimerGrain grain = host.Grain<ITimerGrain>("a");
        Task holds = grain.Hold("1");
        Assert.Equal("in 1", await host.Probe.NextAsync("tick"));
        Task starts = grain.Start(interleave: false, Soon);
        host.Probe.Open("1");
        await Task.WhenAll(holds, starts);
        Assert.Equal(["out 1", "tick 1"], await host.Probe.TakeAsync("tick", 2));
    }

    [Fact]
    public async Task An_interleaving_tick_does_not_wait()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        ITimerGrain grain = host.Grain<ITimerGrain>("a");
        await grain.Start(interleave: true, Timeout.InfiniteTimeSpan);
        Assert.Equal("tick 1", await host.Probe.NextAsync("tick"));
        await grain.Change(TimeSpan.FromMilliseconds(200), Timeout.InfiniteTimeSpan);
        Task holds = grain.Hold("1");
        Assert.Equal(["in 1", "tick 2"], await host.Probe.TakeAsync("tick", 2));
        host.Probe.Open("1");
        await holds;
    }

    [Fact]
    public async Task A_failing_tick_does_not_end_the_timer()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        await host.Grain<ITimerGrain>("fails").Start(interleave: false, Soon);
        Assert.Equal(["tick 1", "tick 2"], await host.Probe.TakeAsync("tick", 2));
    }

    [Fact]
    public async Task A_timer_ends_with_its_activation()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        ITimerGrain grain = host.Grain<ITimerGrain>("a");
        await grain.Start(interleave: false, TimeSpan.FromMilliseconds(100));
        Assert.Equal("tick 1", await host.Probe.NextAsync("tick"));
        await grain.Retire();
        Assert.Equal("deactivated", await host.Probe.NextAsync("tick"));
        host.Probe.Open("1");
        await grain.Hold("1");
        Assert.Equal(["in 1", "out 1"], await host.Probe.TakeAsync("tick", 2));
    }
}
