namespace Multipath.Silo.Rpc;

/// <summary>Notices that nothing was heard for too long.</summary>
internal sealed class HeartWatch : IDisposable
{
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan _patience;
    private readonly ITimer _timer;

    public HeartWatch(TimeSpan patience, TimeProvider clock)
    {
        _patience = patience;
        _timer = clock.CreateTimer(_ => _stopped.TrySetResult(), null, patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Completes when it did.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Something was heard.</summary>
    public void Beat() => _timer.Change(_patience, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer.Dispose();
}
