namespace Multipath.Standalone.Orleans.Scheduling;

/// <summary>Decides where and when the queues that have work are visited.</summary>
internal abstract class TurnExecutor
{
    /// <summary>How many turns a queue may run before the others get their chance.</summary>
    internal abstract int TurnsPerVisit { get; }

    /// <summary>Called once when a queue gets work, and again after a visit that left some.</summary>
    internal abstract void Schedule(TurnQueue queue);

    /// <summary>Called before each turn.</summary>
    internal virtual void OnTurn(TurnQueue queue, Turn turn)
    {
    }
}

/// <summary>Visits queues on the thread pool.</summary>
internal sealed class PoolExecutor : TurnExecutor
{
    // Long enough to spread the cost of a visit, short enough that a busy grain does not starve the others.
    internal override int TurnsPerVisit => 64;

    // The global queue is first in, first out. A thread's local one is not: two grains that call each other would keep the thread, and
    // what waits below them, or in the global queue, would never run.
    internal override void Schedule(TurnQueue queue) => ThreadPool.UnsafeQueueUserWorkItem(queue, preferLocal: false);
}
