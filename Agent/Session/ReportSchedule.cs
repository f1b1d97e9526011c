using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>
/// Knows what the silo knows, and when it has to hear more: at once of paths that came, went or died and of what was done about it; of
/// other changes of state as soon as those that come together may share a report; of mere numbers at the interval.
/// </summary>
internal sealed class ReportSchedule(ulong sequenceBase, TimeSpan coalesce)
{
    private HostSnapshot? _latest;
    private HostSnapshot? _told;
    private ulong _sequence = sequenceBase;
    private bool _made;
    private TimeSpan _interval = TimeSpan.FromSeconds(1);
    private DateTimeOffset _lastReport = DateTimeOffset.MinValue;
    private bool _hastened;

    /// <summary>When the next report is due; null while there is nothing to say.</summary>
    public DateTimeOffset? Due { get; private set; }

    /// <summary>The sequence of the last report; 0 while there is none.</summary>
    public ulong LastSequence => _made ? _sequence : 0;

    /// <summary>
    /// A session began: whatever changed since the last report is due at once, and a host that never reported does so now.
    /// </summary>
    public void Open(TimeSpan interval, DateTimeOffset now)
    {
        _interval = interval;
        if (_hastened || (_latest is not null && _latest != _told))
        {
            Due = now;
        }
    }

    /// <summary>A session ended. What was in flight may be lost; the silo sees the gap and asks for a full report.</summary>
    public void Close() => Due = null;

    public void Update(HostNews news, DateTimeOffset now)
    {
        _latest = news.Snapshot;
        if (ReportDiffer.PathsChanged(_told, news.Snapshot) || news.Occurrences.Any(one => OccurrenceKind.IsUrgent(one.Kind)))
        {
            _hastened = true;
            Schedule(now, now);
        }
        else if (!news.Occurrences.IsEmpty || ReportDiffer.StateChanged(_told, news.Snapshot))
        {
            Hasten(now);
        }
        else
        {
            Schedule(_lastReport + _interval, now);
        }
    }

    public void RequestFull(DateTimeOffset now)
    {
        _told = null;
        Hasten(now);
    }

    /// <returns>Null when nothing changed after all, or when the host has not been read yet.</returns>
    public ReportDelta? Make(EquatableArray<HostOccurrence> occurrences, DateTimeOffset now)
    {
        Due = null;
        _hastened = false;
        if (_latest is not { } latest)
        {
            return null;
        }

        var delta = ReportDiffer.Diff(_told, latest, _sequence + 1, occurrences);
        if (delta.IsEmpty)
        {
            return null;
        }

        _sequence++;
        _made = true;
        _told = latest;
        _lastReport = now;
        return delta;
    }

    /// <summary>A report is due now, or as soon as changes that come together may share one.</summary>
    private void Hasten(DateTimeOffset now)
    {
        _hastened = true;
        Schedule(_lastReport == DateTimeOffset.MinValue ? now : _lastReport + coalesce, now);
    }

    private void Schedule(DateTimeOffset at, DateTimeOffset now)
    {
        var due = at < now ? now : at;
        if (_latest is not null && (Due is not { } before || due < before))
        {
            Due = due;
        }
    }
}
