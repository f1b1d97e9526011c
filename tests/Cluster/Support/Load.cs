using Multipath.Lab.Crowd;

namespace Multipath.Cluster.Tests.Support;

/// <summary>A fifth of the agents reports another round-trip time, ten times a second, until disposed of.</summary>
internal sealed class Load : IDisposable
{
    private const int Every = 5;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly Timer _timer;
    private int _turn;

    public Load(SimulatedFleet fleet) =>
        _timer = new Timer(_ => fleet.Observe(Every, 20 + (Interlocked.Increment(ref _turn) % 10)), null, Period, Period);

    public void Dispose() => _timer.Dispose();
}
