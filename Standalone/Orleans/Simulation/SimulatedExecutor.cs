using Multipath.Standalone.Orleans.Scheduling;

namespace Multipath.Standalone.Orleans;

/// <summary>Keeps the queues that have work and runs one turn of one of them at a time, chosen by the seed.</summary>
internal sealed class SimulatedExecutor(int seed, VirtualTime time) : TurnExecutor
{
    private readonly List<TurnQueue> _ready = [];
    private ulong _random = unchecked((ulong)seed);
    private int _thread;
    private string? _foreign;

    // One, so that the seed decides before each turn.
    internal override int TurnsPerVisit => 1;

    internal long Turns { get; private set; }

    internal ulong Fingerprint { get; private set; } = 14695981039346656037;

    internal Action<TimeSpan, string, string>? Trace { get; set; }

    internal override void Schedule(TurnQueue queue)
    {
        if (_thread != 0 && _thread != Environment.CurrentManagedThreadId)
        {
            Interlocked.CompareExchange(ref _foreign, $"for {queue.Name}:{Environment.NewLine}{Environment.StackTrace}", null);
            return;
        }

        _ready.Add(queue);
    }

    internal override void OnTurn(TurnQueue queue, Turn turn)
    {
        string owner = queue.Name;
        string what = turn.Describe();
        Turns++;
        Mix(owner);
        Mix(what);
        Mix(time.Elapsed.Ticks);
        Trace?.Invoke(time.Elapsed, owner, what);
    }

    internal void Enter()
    {
        if (_thread != 0)
        {
            throw new InvalidOperationException("The simulation is running already.");
        }

        _thread = Environment.CurrentManagedThreadId;
    }

    internal void Leave() => _thread = 0;

    internal bool TryRunTurn()
    {
        if (_ready.Count == 0)
        {
            return false;
        }

        int chosen = (int)(Next() % (ulong)_ready.Count);
        TurnQueue queue = _ready[chosen];
        _ready[chosen] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        queue.Visit();
        return true;
    }

    internal void WaitForForeign(TimeSpan patience) => SpinWait.SpinUntil(() => Volatile.Read(ref _foreign) is not null, patience);

    internal void ThrowIfForeign(int ofSeed)
    {
        if (Volatile.Read(ref _foreign) is { } stack)
        {
            throw new SimulationException($"In the simulation of seed {ofSeed}, work came from another thread {stack}");
        }
    }

    /// <summary>SplitMix64: small, and the same on every platform.</summary>
    private ulong Next()
    {
        ulong z = _random += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private void Mix(string text)
    {
        foreach (char c in text)
        {
            Fingerprint = (Fingerprint ^ c) * 1099511628211;
        }
    }

    private void Mix(long number) => Fingerprint = (Fingerprint ^ (ulong)number) * 1099511628211;
}
