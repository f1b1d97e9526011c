using System.Collections.Concurrent;
using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.Interop;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Telemetry;
using Multipath.Policies.Model;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Reconcile;

public sealed class ReconcileLoopTests : IDisposable
{
    private static readonly PathKey Wifi = new("wlan0", IPAddress.Parse("10.1.0.2"));

    private readonly FakePlane _plane = new();
    private readonly AgentMetrics _metrics = new("test");
    private readonly ConcurrentQueue<Exception> _troubles = new();
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly Reconciler _reconciler;
    private readonly ReconcileLoop _loop;

    public ReconcileLoopTests()
    {
        var clock = new AgentClock(TimeProvider.System);
        _reconciler = new Reconciler("van-1", _plane, _plane, new Journal(AgentLog.None, _metrics, clock), clock);
        _loop = new ReconcileLoop(_reconciler, clock, _troubles.Enqueue, _failures.Enqueue);
    }

    [Fact]
    public async Task A_look_that_fails_is_tried_again_until_it_works()
    {
        _plane.Fault = new KernelException(new KernelError("look", Errno.NoBuffers, null));
        _loop.Post((one, now) => one.HandleEvent(new MptcpEvent.Overrun(), now));
        await Eventually.HoldsAsync("it failed twice", () => _troubles.Count >= 2);
        _plane.Fault = null;
        var (looks, troubles) = (_plane.Looks, 0);
        await Eventually.HoldsAsync("a look came after it", () => _plane.Looks > looks);
        troubles = _troubles.Count;
        _loop.PostPaths([new HostPath(Wifi, 2, true, null)]);
        await Eventually.HoldsAsync("the loop goes on", () => _plane.Published?.Paths.Count == 1);
        Assert.Equal(troubles, _troubles.Count);
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task One_that_always_fails_ends_the_loop_with_its_reason()
    {
        _plane.Fault = new KernelException(new KernelError("look", Errno.NoBuffers, null));
        _loop.Post((one, now) => one.HandleEvent(new MptcpEvent.Overrun(), now));
        await Eventually.HoldsAsync("it gave up", () => !_failures.IsEmpty);
        Assert.Same(_plane.Fault, Assert.Single(_failures));
        Assert.Equal(19, _troubles.Count);
    }

    [Fact]
    public async Task Of_the_paths_that_wait_only_the_latest_count()
    {
        using var goOn = new SemaphoreSlim(0);
        var isBusy = false;
        _loop.Post((_, _) =>
        {
            Volatile.Write(ref isBusy, true);
            goOn.Wait();
        });
        await Eventually.HoldsAsync("the loop is busy", () => Volatile.Read(ref isBusy));
        var before = _plane.News.Count;
        for (var i = 0; i < 1000; i++)
        {
            _loop.PostPaths([.. Enumerable.Range(0, i % 7).Select(n => new HostPath(Wifi with { Interface = $"w{n}" }, n, true, null))]);
        }

        _loop.PostPaths([new HostPath(Wifi, 2, true, null)]);
        goOn.Release();
        await Eventually.HoldsAsync("it is told", () => _plane.Published?.Paths.Count == 1);
        Assert.Equal([Wifi], _plane.Published!.Paths.Select(path => path.Path));
        Assert.InRange(_plane.News.Count - before, 1, 2);
    }

    public void Dispose()
    {
        _loop.Dispose();
        _metrics.Dispose();
    }
}
