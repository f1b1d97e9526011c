using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Grpc.Server;

/// <summary>Tells the calls under way that the server can wait for them no longer.</summary>
internal sealed class ServerDrain : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>Fires when calls must end now, with Unavailable.</summary>
    public CancellationToken Token => _source.Token;

    public void EndCalls() => _source.Cancel();

    public void Dispose() => _source.Dispose();
}

/// <summary>
/// Gives calls most of the host's shutdown time to end by themselves, then ends them, so that clients read Unavailable while
/// the connection still stands. Runs before the web server stops.
/// </summary>
internal sealed class DrainOnStop(ServerDrain drain, IOptions<HostOptions> host, TimeProvider? time = null)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>The share of the shutdown time that calls have; the rest is for sending their statuses.</summary>
    private const double Patience = 0.8;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private ITimer? _timer;
    private CancellationTokenRegistration _stopNow;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _timer = _time.CreateTimer(
            state => ((ServerDrain)state!).EndCalls(), drain, host.Value.ShutdownTimeout * Patience, Timeout.InfiniteTimeSpan);
        _stopNow = cancellationToken.UnsafeRegister(static state => ((ServerDrain)state!).EndCalls(), drain);
        return Task.CompletedTask;
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _timer?.Dispose();
        _stopNow.Dispose();
    }
}
