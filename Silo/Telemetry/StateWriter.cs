using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Telemetry;

/// <summary>
/// Writes grains' states, whatever stores them: each write is a span of what is under way, a measurement, and word of whether the
/// store can be written.
/// </summary>
internal sealed class StateWriter(SiloMetrics metrics, TimeProvider clock)
{
    private volatile Outcome? _last;

    /// <summary>How the last write went; null before the first.</summary>
    public Outcome? Last => _last;

    /// <summary>As <see cref="Orleans.Core.IStorage.WriteStateAsync()"/>.</summary>
    /// <param name="state">What to write.</param>
    /// <param name="name">Its name, for the trace.</param>
    public Task Write<T>(IPersistentState<T> state, string name) => Watch(() => state.WriteStateAsync(), name);

    /// <summary>Watches a write of another kind.</summary>
    public async Task Watch(Func<Task> write, string name)
    {
        using var span = SiloTrace.Part("store");
        span?.SetTag("multipath.state", name);
        var began = clock.GetTimestamp();
        try
        {
            await write();
            Told(new Outcome(clock.GetUtcNow(), null), "stored", began);
        }
        catch (InconsistentStateException)
        {
            // The store answered, and well: somebody else wrote.
            Told(new Outcome(clock.GetUtcNow(), null), "stale", began);
            throw;
        }
        catch (Exception error)
        {
            span?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, error.Message);
            Told(new Outcome(clock.GetUtcNow(), error.Message), "failed", began);
            throw;
        }
    }

    private void Told(Outcome outcome, string result, long began)
    {
        _last = outcome;
        metrics.Written(result, clock.GetElapsedTime(began));
    }

    /// <summary>How a write went.</summary>
    /// <param name="At">When.</param>
    /// <param name="Problem">Null when it is stored, else why not.</param>
    internal sealed record Outcome(DateTimeOffset At, string? Problem);
}
