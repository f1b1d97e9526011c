using System.Collections.Concurrent;
using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.Interop;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Reflexes;

public sealed class BlackholeThreadTests : ISubflowProbe
{
    private static readonly FourTuple Tuple = new(IPAddress.Parse("10.1.0.2"), 40000, IPAddress.Parse("203.0.113.9"), 443);

    private readonly ConcurrentQueue<Exception> _troubles = new();
    private readonly ConcurrentQueue<Exception> _failures = new();
    private volatile KernelException? _fault = new(new KernelError("measure", Errno.NoBuffers, null));
    private int _reads;

    [Fact]
    public async Task A_look_that_fails_is_tried_again_until_it_works()
    {
        using var thread = Start();
        await Eventually.HoldsAsync("it failed twice", () => _troubles.Count >= 2);
        _fault = null;
        var reads = Volatile.Read(ref _reads);
        await Eventually.HoldsAsync("it looks on", () => Volatile.Read(ref _reads) > reads + 1);
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task One_that_always_fails_is_given_up_with_its_reason_and_the_program_lives()
    {
        using var thread = Start();
        await Eventually.HoldsAsync("it gave up", () => !_failures.IsEmpty);
        Assert.Same(_fault, Assert.Single(_failures));
        Assert.Equal(19, _troubles.Count);
    }

    void ISubflowProbe.Read(ReadOnlySpan<SubflowSocket> subflows, Span<SubflowReading> readings)
    {
        Interlocked.Increment(ref _reads);
        if (_fault is { } fault)
        {
            throw fault;
        }

        readings.Fill(new SubflowReading(true, default));
    }

    public void Dispose()
    {
    }

    private BlackholeThread Start()
    {
        var thread = new BlackholeThread(
            this, new AgentClock(TimeProvider.System), _ => { }, batch => batch.Dispose(), _ => { }, _troubles.Enqueue, _failures.Enqueue);
        thread.Watch([new WatchedSubflow(7, Tuple, false)]);
        return thread;
    }
}
