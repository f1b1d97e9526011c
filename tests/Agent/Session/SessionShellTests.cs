using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Multipath.Agent.Hosting;
using Multipath.Agent.Session;
using Multipath.Policies.Model;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Session;

/// <summary>A silo says more than the session can take in.</summary>
public sealed class SessionShellTests : ISiloLink, ISiloStream, ISessionOwner
{
    private const int Flood = 10_000;

    private readonly Channel<AgentMessage> _written = Channel.CreateUnbounded<AgentMessage>();
    private readonly TaskCompletionSource _floods = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _goOn = new(0);
    private volatile bool _isBusy;
    private int _read;

    [Fact]
    public async Task A_flood_of_messages_makes_its_silo_wait_and_costs_no_report()
    {
        var clock = new AgentClock(TimeProvider.System);
        var options = new SessionOptions("van-1", ImmutableSortedDictionary<string, string>.Empty, "1", new HostCapabilities([], "6.18"));
        var shell = new SessionShell(new SessionMachine(options, null, new Random(1), clock.Now), this, this, clock, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => shell.RunAsync(stop.Token));
        await Eventually.HoldsAsync("the session is busy", () => _isBusy);
        var path = new PathObservation(new PathKey("wlan0", IPAddress.Parse("10.1.0.2")), PathState.Up);
        shell.Publish(new HostNews(new HostSnapshot(clock.Now, [path], [], ImmutableSortedDictionary<string, ulong>.Empty), []));
        _floods.SetResult();
        // The queue's 256 places, but for one or two that others have.
        await Eventually.HoldsAsync("messages wait", () => Volatile.Read(ref _read) > 250);
        Assert.InRange(Volatile.Read(ref _read), 251, 260);
        _goOn.Release();

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(15));
        AgentMessage message;
        do
        {
            message = await _written.Reader.ReadAsync(patience.Token);
        }
        while (message is not AgentMessage.Report);

        await Eventually.HoldsAsync("all was heard", () => Volatile.Read(ref _read) == Flood);
        await stop.CancelAsync();
        await running;
    }

    Task<ISiloStream> ISiloLink.OpenAsync(CancellationToken cancellation) => Task.FromResult<ISiloStream>(this);

    Task ISiloStream.WriteAsync(AgentMessage message, CancellationToken cancellation)
    {
        _written.Writer.TryWrite(message);
        return Task.CompletedTask;
    }

    async Task<SiloMessage?> ISiloStream.ReadAsync(CancellationToken cancellation)
    {
        if (_read == 0)
        {
            _read = 1;
            return new SiloMessage.Welcome(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), "silo");
        }

        await _floods.Task;
        if (Interlocked.Increment(ref _read) > Flood)
        {
            Interlocked.Decrement(ref _read);
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        return new SiloMessage.Heartbeat(1);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    void ISessionOwner.Apply(SessionEffect.Apply apply, Action<PlanOutcome> done) => done(new PlanOutcome(apply.Plan.Version, [], []));

    void ISessionOwner.Sending(AgentMessage message)
    {
    }

    void ISessionOwner.SiloBack(string silo, TimeSpan reportInterval)
    {
        _isBusy = true;
        _goOn.Wait();
    }

    void ISessionOwner.SiloAway(string reason)
    {
    }
}
