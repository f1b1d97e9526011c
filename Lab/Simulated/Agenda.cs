namespace Multipath.Lab.Simulated;

/// <summary>The time of a simulated world and what is to happen in it, in order. Pure: time moves only when it is told to.</summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<Action, (long AtNs, long Order)> _entries = new();
    private long _order;

    /// <summary>Now, in nanoseconds since the world began.</summary>
    internal long NowNs { get; private set; }

    /// <summary>Does something at a time; at once, but after what is due already, when that is past.</summary>
    internal void At(long atNs, Action what) => _entries.Enqueue(what, (Math.Max(atNs, NowNs), _order++));

    /// <summary>Does something after a while.</summary>
    internal void After(TimeSpan wait, Action what) => At(NowNs + Nanoseconds(wait), what);

    /// <summary>Lets the time pass until a moment, with all that is due on the way.</summary>
    internal void RunUntil(TimeSpan moment)
    {
        var untilNs = Nanoseconds(moment);
        while (_entries.TryPeek(out var what, out var due) && due.AtNs <= untilNs)
        {
            _entries.Dequeue();
            NowNs = due.AtNs;
            what();
        }

        NowNs = Math.Max(NowNs, untilNs);
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
