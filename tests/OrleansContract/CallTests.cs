using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Multipath.OrleansContract.Tests;

public sealed class CallTests
{
    [Fact]
    public async Task A_call_reaches_the_grain_of_its_key_and_brings_back_the_result()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        IEchoGrain grain = host.Grain<IEchoGrain>("a");
        Assert.Equal("a", await grain.Key());
        Assert.Equal("b", await host.Grain<IEchoGrain>("b").Key());
        Assert.Equal(5, await grain.Add(2, 3));
        await grain.Nothing();
    }

    [Fact]
    public async Task A_failure_comes_to_the_caller_with_its_type_text_and_place()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        var failure = await Assert.ThrowsAsync<FormatException>(() => host.Grain<IEchoGrain>("a").FailAt("here"));
        Assert.Equal("here", failure.Message);
        Assert.Contains(nameof(EchoGrain.FailAt), failure.StackTrace, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Grain<IEchoGrain>("a").Cancel());
    }

    [Fact]
    public async Task An_await_resumes_in_the_activation()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        Assert.True(await host.Grain<IEchoGrain>("a").ResumesInItsActivation());
    }

    [Fact]
    public async Task The_request_context_goes_with_the_call_and_changes_do_not_come_back()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        RequestContext.Set("trace", "original");
        Assert.Equal("original", await host.Grain<IEchoGrain>("a").Flow("trace", change: true));
        Assert.Equal("original", RequestContext.Get("trace"));
        RequestContext.Clear();
        Assert.Null(await host.Grain<IEchoGrain>("a").Flow("trace", change: false));
    }

    [Fact]
    public async Task References_are_values_and_can_be_passed_on()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        IEchoGrain grain = host.Grain<IEchoGrain>("a");
        Assert.Equal(grain, await grain.Self());
        Assert.Equal(grain.GetGrainId(), host.Grain<IEchoGrain>("a").GetGrainId());
        Assert.Equal("b", await grain.Through(host.Grain<IEchoGrain>("b")));
    }

    [Fact]
    public async Task A_second_call_waits_until_the_first_has_ended()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        IGateGrain grain = host.Grain<IGateGrain>("a");
        Task first = grain.Hold("1");
        Assert.Equal("in 1", await host.Probe.NextAsync("gate"));
        Task second = grain.Hold("2");
        host.Probe.Open("2");
        host.Probe.Open("1");
        await Task.WhenAll(first, second);
        Assert.Equal(["out 1", "in 2", "out 2"], await host.Probe.TakeAsync("gate", 3));
    }

    [Fact]
    public async Task An_always_interleaving_call_starts_while_another_waits()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        IGateGrain grain = host.Grain<IGateGrain>("a");
        Task first = grain.Hold("1");
        Assert.Equal("in 1", await host.Probe.NextAsync("gate"));
        host.Probe.Open("2");
        await grain.Pass("2");
        host.Probe.Open("1");
        await first;
        Assert.Equal(["in 2", "out 2", "out 1"], await host.Probe.TakeAsync("gate", 3));
    }

    [Fact]
    public async Task A_reentrant_grain_starts_a_call_while_another_waits_and_can_call_itself()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        IReentrantGrain grain = host.Grain<IReentrantGrain>("a");
        Task first = grain.Hold("1");
        Assert.Equal("in 1", await host.Probe.NextAsync("gate"));
        host.Probe.Open("2");
        await grain.Hold("2");
        Assert.Equal(3, await grain.CallItself(3));
        host.Probe.Open("1");
        await first;
        Assert.Equal(["in 2", "out 2", "out 1"], await host.Probe.TakeAsync("gate", 3));
    }

    [Fact]
    public async Task A_one_way_call_is_complete_before_the_grain_has_run_it()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        await host.Grain<IGateGrain>("a").Tell("hello");
        Assert.True(host.Probe.IsSilent("tell"));
        host.Probe.Open("tell");
        Assert.Equal("hello", await host.Probe.NextAsync("tell"));
    }

    [Fact]
    public async Task A_one_way_failure_is_not_heard()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        await host.Grain<IGateGrain>("a").TellAndFail("hello");
        Assert.Equal("hello", await host.Probe.NextAsync("tell"));
        host.Probe.Open("1");
        await host.Grain<IGateGrain>("a").Hold("1");
    }

    [Fact]
    public async Task A_call_that_is_not_answered_in_time_fails_with_TimeoutException()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => host.Grain<IGateGrain>("a").HoldBriefly("never"));
        host.Probe.Open("never");
        host.Probe.Open("1");
        await host.Grain<IGateGrain>("a").Hold("1");
    }

    [Fact]
    public async Task A_grain_that_awaits_itself_without_reentrancy_times_out()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => host.Grain<IGateGrain>("a").CallItself());
    }

    [Fact]
    public async Task Calls_above_the_limit_are_refused_and_the_others_are_served()
    {
        await using ContractHost host = await ContractHost.StartAsync(
            silo => silo.Configure<SiloMessagingOptions>(options => options.MaxEnqueuedRequestsHardLimit = 5));
        IGateGrain grain = host.Grain<IGateGrain>("a");
        Task first = grain.Hold("1");
        Assert.Equal("in 1", await host.Probe.NextAsync("gate"));
        Task[] more = [.. Enumerable.Range(0, 20).Select(_ => grain.Hold("1"))];
        Task refused = await Task.WhenAny(more);
        await Assert.ThrowsAsync<LimitExceededException>(() => refused);
        host.Probe.Open("1");
        await first;
        await Task.WhenAll(more).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.InRange(more.Count(task => task.IsCompletedSuccessfully), 4, 6);
        Assert.All(more.Where(task => task.IsFaulted), task => Assert.IsType<LimitExceededException>(task.Exception!.InnerException));
    }

    /// <summary>
    /// Callers that come from the thread pool's queue for each call, as those do whose calls come off a network. Nothing is promised for
    /// one that calls on without a pause: Orleans runs a turn on the thread of its caller first, which then has no time for others.
    /// </summary>
    [Fact]
    public async Task Busy_grains_do_not_starve_the_others()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        using var stop = new CancellationTokenSource();
        TaskCompletionSource[] begun = [.. Enumerable.Range(0, 100).Select(_ => new TaskCompletionSource())];
        Task[] busy = [.. begun.Select((first, i) => Task.Run(() => CallOnAsync(host.Grain<IEchoGrain>($"busy-{i}"), first)))];
        await Task.WhenAll(begun.Select(first => first.Task)).WaitAsync(Probe.Patience);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal($"other-{i}", await Task.Run(() => host.Grain<IEchoGrain>($"other-{i}").Key()).WaitAsync(Probe.Patience));
        }

        await stop.CancelAsync();
        await Task.WhenAll(busy).WaitAsync(Probe.Patience);

        async Task CallOnAsync(IEchoGrain grain, TaskCompletionSource first)
        {
            while (!stop.IsCancellationRequested)
            {
                await grain.Add(1, 2);
                first.TrySetResult();
                await Task.Yield();
            }
        }
    }
}
