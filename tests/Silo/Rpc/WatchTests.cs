using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Contracts.Grains;
using Multipath.Contracts.Wire;
using Multipath.Policies.Model;
using Multipath.Silo.Rpc;
using Multipath.Silo.Tests.Support;
using Orleans;

namespace Multipath.Silo.Tests.Rpc;

public sealed class WatchTests
{
    [Fact]
    public async Task A_watcher_sees_what_happens_in_order()
    {
        await using var silo = await TestSilo.Start();
        using var patience = new CancellationTokenSource(TestSilo.Patience);
        using var watch = silo.Fleet.Watch(new WatchRequest { Host = "van-1" });
        await watch.ResponseHeadersAsync;
        await silo.Apply(Texts.Policy());
        await using var agent = await silo.Agent();
        await using var other = await silo.Agent("van-2");
        await agent.Ack(await agent.FirstPlan());

        // Between silos one message can overtake another, so that it is their times that tell.
        var events = new List<FleetEvent>();
        while (events.Count < 4)
        {
            Assert.True(await watch.ResponseStream.MoveNext(patience.Token));
            Assert.Equal("van-1", watch.ResponseStream.Current.Host);
            events.Add(watch.ResponseStream.Current);
        }

        Assert.Equal(["connected", "report", "plan", "acked"], events.OrderBy(one => one.AtUs).Select(one => one.Kind));
    }

    [Fact]
    public async Task A_reader_that_falls_behind_is_dropped_with_a_status()
    {
        await using var silo = await TestSilo.Start();
        using var stream = new WatchStream(silo.Services.GetRequiredService<IGrainFactory>(), TimeProvider.System);
        var watching = new TaskCompletionSource();
        var run = stream.Run("", new StuckWriter(), () => Task.FromResult(watching.TrySetResult()), CancellationToken.None);
        await watching.Task.WaitAsync(TestSilo.Patience);

        var happening = new FleetHappening(DateTimeOffset.UnixEpoch, "van-1", "report", "", null);
        await stream.Happened(Enumerable.Repeat(happening, WatchStream.Buffer + 2).ToEquatableArray());

        Assert.Equal(StatusCode.ResourceExhausted, (await run.WaitAsync(TestSilo.Patience)).StatusCode);
    }

    /// <summary>A reader that takes nothing.</summary>
    private sealed class StuckWriter : IServerStreamWriter<FleetEvent>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(FleetEvent message) => new TaskCompletionSource().Task;

        public Task WriteAsync(FleetEvent message, CancellationToken cancellationToken) =>
            Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}
