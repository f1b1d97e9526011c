namespace Multipath.OrleansContract.Tests;

public sealed class ObserverTests
{
    [Fact]
    public async Task Observers_are_told_and_those_that_return_a_task_are_awaited()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        var reader = new Reader(host.Probe);
        INewsObserver reference = host.Client.CreateObjectReference<INewsObserver>(reader);
        INewsGrain grain = host.Grain<INewsGrain>("a");
        await grain.Subscribe(reference);
        await grain.Tell("one");
        Assert.Equal("told one", await host.Probe.NextAsync("news"));
        Assert.Equal(1, await grain.Confirm("two"));
        Assert.False(host.Probe.IsSilent("news"));
        Assert.Equal("confirmed two", await host.Probe.NextAsync("news"));
        GC.KeepAlive(reader);
    }

    [Fact]
    public async Task A_failing_observer_is_dropped_by_the_manager()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        var reader = new Reader(host.Probe);
        INewsGrain grain = host.Grain<INewsGrain>("a");
        await grain.Subscribe(host.Client.CreateObjectReference<INewsObserver>(reader));
        Assert.Equal(0, await grain.Confirm("bad"));
        GC.KeepAlive(reader);
    }

    [Fact]
    public async Task Calls_to_one_observer_run_one_at_a_time()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        var reader = new Reader(host.Probe);
        INewsObserver reference = host.Client.CreateObjectReference<INewsObserver>(reader);
        Task first = reference.Confirm("hold");
        Task second = reference.Confirm("next");
        Assert.Equal("holds", await host.Probe.NextAsync("news"));
        host.Probe.Open("news");
        await Task.WhenAll(first, second);
        Assert.Equal(["confirmed hold", "confirmed next"], await host.Probe.TakeAsync("news", 2));
        GC.KeepAlive(reader);
    }

    [Fact]
    public async Task A_deleted_observer_is_not_told_any_more()
    {
        await using ContractHost host = await ContractHost.StartAsync();
        var reader = new Reader(host.Probe);
        INewsObserver reference = host.Client.CreateObjectReference<INewsObserver>(reader);
        INewsGrain grain = host.Grain<INewsGrain>("a");
        await grain.Subscribe(reference);
        host.Client.DeleteObjectReference<INewsObserver>(reference);
        await grain.Tell("one");
        INewsObserver other = host.Client.CreateObjectReference<INewsObserver>(reader);
        await grain.Subscribe(other);
        await grain.Tell("two");
        Assert.Equal("told two", await host.Probe.NextAsync("news"));
        GC.KeepAlive(reader);
    }

    private sealed class Reader(Probe probe) : INewsObserver
    {
        public void Tell(string news) => probe.Report("news", $"told {news}");

        public async Task Confirm(string news)
        {
            if (news == "bad")
            {
                throw new FormatException("bad news");
            }

            if (news == "hold")
            {
                probe.Report("news", "holds");
                await probe.WaitAtAsync("news");
            }

            probe.Report("news", $"confirmed {news}");
        }
    }
}
