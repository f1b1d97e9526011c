namespace Multipath.Lab.Compare;

/// <summary>Runs a measurement on a thread of its own: it blocks for seconds, which the pool must not.</summary>
internal static class Worker
{
    /// <summary>Runs <paramref name="body"/>; abandons the wait, not the thread, when cancelled.</summary>
    public static Task<T> RunAsync<T>(Func<T> body, CancellationToken cancellation) =>
        Task.Factory.StartNew(body, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(cancellation);
}
