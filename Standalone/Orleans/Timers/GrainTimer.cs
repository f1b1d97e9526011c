using Multipath.Standalone.Orleans.Activations;
using Multipath.Standalone.Orleans.Calls;
using Multipath.Standalone.Orleans.Proxies;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Timers;

/// <summary>A timer whose ticks are calls of the activation to itself. The clock is armed for one tick at a time.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private static readonly MethodShape Tick = MethodShape.Internal("timer", interleaves: false);
    private static readonly MethodShape InterleavingTick = MethodShape.Internal("timer", interleaves: true);
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly Action<GrainTimer> _ended;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly ITimer _clock;
    private TimeSpan _next = Timeout.InfiniteTimeSpan;
    private TimeSpan _period;
    private bool _running;
    private bool _disposed;

    internal GrainTimer(
        Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options, Action<GrainTimer> ended)
    {
        _activation = activation;
        _callback = callback;
        _options = options;
        _ended = ended;
        using (ExecutionContext.SuppressFlow())
        {
            _clock = activation.Clock.CreateTimer(_ => SendTick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        _period = period;
        _next = dueTime;
        if (!_running)
        {
            Arm();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _clock.Dispose();
            _lifetime.Cancel();
            _ended(this);
        }
    }

    /// <summary>In a turn of the activation.</summary>
    internal async Task RunTickAsync()
    {
        if (_disposed)
        {
            return;
        }

        _running = true;
        _next = _period;
        try
        {
            await _callback(_lifetime.Token);
        }
        catch (Exception failure) when (failure is not global::Orleans.Storage.InconsistentStateException)
        {
            if (!_lifetime.IsCancellationRequested)
            {
                _activation.ReportTimerFailure(failure);
            }
        }
        finally
        {
            _running = false;
            Arm();
        }
    }

    private static void Check(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, name);
        }
    }

    private void Arm()
    {
        if (!_disposed)
        {
            _clock.Change(_next, Timeout.InfiniteTimeSpan);
        }
    }

    private void SendTick()
    {
        var tick = new TimerTick(this, _options.KeepAlive);
        tick.Prepare(_options.Interleave ? InterleavingTick : Tick, _activation.Clock);
        _activation.Receive(tick);
    }
}

/// <summary>One tick.</summary>
internal sealed class TimerTick(GrainTimer timer, bool keepsAlive) : VoidCall
{
    /// <summary>Whether it counts as use of the activation.</summary>
    internal bool KeepsAlive => keepsAlive;

    public override Task Invoke(object instance) => timer.RunTickAsync();
}
