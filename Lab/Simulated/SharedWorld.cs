using System.Diagnostics;

namespace Multipath.Lab.Simulated;

/// <summary>A simulated world in real time, for many threads: whoever asks something first brings it up to now.</summary>
internal sealed class SharedWorld(SimulatedWorld world) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly long _began = Stopwatch.GetTimestamp();
    private bool _disposed;

    /// <summary>Asks or does something, now.</summary>
    internal T Do<T>(Func<SimulatedWorld, T> body)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                world.Advance(Stopwatch.GetElapsedTime(_began));
            }

            return body(world);
        }
    }

    /// <inheritdoc cref="Do{T}"/>
    internal void Do(Action<SimulatedWorld> body) => Do(now =>
    {
        body(now);
        return true;
    });

    /// <summary>Time stands still from now on.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                world.Dispose();
            }
        }
    }
}
