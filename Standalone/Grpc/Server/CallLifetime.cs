using Grpc.Protocol;

namespace Grpc.Server;

/// <summary>Why a call must end before its service says so.</summary>
internal enum CallEnding
{
    /// <summary>It need not.</summary>
    None,

    /// <summary>The client cancelled, or its connection is lost.</summary>
    ClientGone,

    /// <summary>The deadline passed.</summary>
    Deadline,

    /// <summary>The server stops and can wait no longer.</summary>
    Stopping,
}

/// <summary>One token over the three reasons for which a call must end; remembers the first.</summary>
internal sealed class CallLifetime : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _client;
    private readonly CancellationTokenRegistration _drain;
    private readonly ITimer? _timer;
    private int _ending;

    public CallLifetime(TimeProvider time, TimeSpan? timeout, CancellationToken client, CancellationToken drain)
    {
        _client = client.UnsafeRegister(static state => ((CallLifetime)state!).End(CallEnding.ClientGone), this);
        _drain = drain.UnsafeRegister(static state => ((CallLifetime)state!).End(CallEnding.Stopping), this);
        if (timeout is { } due)
        {
            _timer = time.CreateTimer(
                static state => ((CallLifetime)state!).End(CallEnding.Deadline),
                this,
                Timers.Within(due),
                Timeout.InfiniteTimeSpan);
        }
    }

    public CancellationToken Token => _source.Token;

    public CallEnding Ending => (CallEnding)Volatile.Read(ref _ending);

    public void Dispose()
    {
        _timer?.Dispose();
        _client.Dispose();
        _drain.Dispose();
        _source.Dispose();
    }

    private void End(CallEnding ending)
    {
        if (Interlocked.CompareExchange(ref _ending, (int)ending, (int)CallEnding.None) != (int)CallEnding.None)
        {
            return;
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended by itself at the same moment.
        }
    }
}
