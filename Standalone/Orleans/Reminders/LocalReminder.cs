using Orleans;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Reminders;

/// <summary>A reminder that runs in this process: its row and its clock, armed for one tick at a time.</summary>
internal sealed class LocalReminder : IGrainReminder, IDisposable
{
    // Clocks take no more than about 49 days; a longer wait is cut.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);
    private readonly TimeProvider _time;
    private readonly ITimer _clock;
    private DateTime _due;
    private volatile bool _ended;

    internal LocalReminder(ReminderEntry row, TimeProvider time, Action<LocalReminder> onClock)
    {
        Row = row;
        _time = time;
        using (ExecutionContext.SuppressFlow())
        {
            _clock = time.CreateTimer(_ => onClock(this), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public string ReminderName => Row.ReminderName;

    internal ReminderEntry Row { get; }

    internal bool HasEnded => _ended;

    internal TickStatus Status => new(Row.StartAt, Row.Period, Now);

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    /// <summary>Waits for the next tick after now.</summary>
    internal void ArmNext()
    {
        _due = NextDue(Row, Now);
        Arm();
    }

    /// <summary>The clock rang: true if a tick is due, otherwise it waits on.</summary>
    internal bool TakeTick()
    {
        if (_ended || Now >= _due)
        {
            return !_ended;
        }

        Arm();
        return false;
    }

    public void Dispose()
    {
        _ended = true;
        _clock.Dispose();
    }

    /// <summary>The first tick later than a time: ticks that were missed are not made up for.</summary>
    internal static DateTime NextDue(ReminderEntry row, DateTime after)
        => after < row.StartAt ? row.StartAt : row.StartAt + (row.Period * (Math.Floor((after - row.StartAt) / row.Period) + 1));

    private void Arm()
    {
        TimeSpan wait = _due - Now;
        if (!_ended)
        {
            _clock.Change(wait > LongestWait ? LongestWait : wait < TimeSpan.Zero ? TimeSpan.Zero : wait, Timeout.InfiniteTimeSpan);
        }
    }
}
