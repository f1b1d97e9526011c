using System.Collections.Immutable;
using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>
/// What waits to be sent: the latest of each kind, so that a slow silo costs neither memory nor stale news. Only occurrences are kept one
/// by one, up to a bound; the oldest go first and are counted.
/// </summary>
internal sealed class Outbox
{
    /// <summary>Some minutes of a lively host; a longer absence is told by state, not by history.</summary>
    public const int OccurrenceLimit = 256;

    private readonly Queue<HostOccurrence> _occurrences = new();
    private ImmutableArray<HostOccurrence> _inFlight = [];
    private AgentMessage? _verdictInFlight;
    private long _dropped;

    /// <summary>The answer to the newest plan; null when there is none to give, or it is being written.</summary>
    public AgentMessage? Verdict { get; set; }

    public bool HasOccurrences => _occurrences.Count > 0 || _dropped > 0;

    public void Add(IEnumerable<HostOccurrence> occurrences)
    {
        foreach (var occurrence in occurrences)
        {
            Add(occurrence);
        }
    }

    public void Add(HostOccurrence occurrence)
    {
        _occurrences.Enqueue(occurrence);
        if (_occurrences.Count > OccurrenceLimit)
        {
            _occurrences.Dequeue();
            _dropped++;
        }
    }

    /// <summary>Takes the answer to the newest plan, to write it.</summary>
    public AgentMessage? TakeVerdict()
    {
        (_verdictInFlight, Verdict) = (Verdict, null);
        return _verdictInFlight;
    }

    /// <summary>Takes all occurrences for one report.</summary>
    public EquatableArray<HostOccurrence> Take(DateTimeOffset now)
    {
        var text = $"{_dropped} older occurrences were dropped while the silo was away";
        IEnumerable<HostOccurrence> first = _dropped > 0 ? [new HostOccurrence(now, OccurrenceKind.Dropped, 0, null, text)] : [];
        _inFlight = [.. first, .. _occurrences];
        _occurrences.Clear();
        _dropped = 0;
        return new EquatableArray<HostOccurrence>(_inFlight);
    }

    /// <summary>What was taken was written.</summary>
    public void Sent() => (_inFlight, _verdictInFlight) = ([], null);

    /// <summary>
    /// The stream broke before what was taken was written: occurrences wait again, before the later ones, and an answer unless there is a
    /// newer one.
    /// </summary>
    public void Restore()
    {
        Verdict ??= _verdictInFlight;
        _verdictInFlight = null;
        var later = _occurrences.ToArray();
        _occurrences.Clear();
        Add(_inFlight.Concat(later));
        _inFlight = [];
    }
}
