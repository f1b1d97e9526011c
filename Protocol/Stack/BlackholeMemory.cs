using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>Destinations whose path swallows SYNs with MP_CAPABLE, so that connections to them begin as plain TCP for a while.</summary>
/// <remarks>
/// RFC 8684 section 3.7 falls back after some SYNs; remembering it, as Linux does for the whole host (net.mptcp.blackhole_timeout),
/// saves the next
/// connection the wait. We remember per destination: one broken path says nothing about the others. The time doubles with each failure in
/// a row and a success forgets it.
/// </remarks>
internal sealed class BlackholeMemory(int limit)
{
    /// <summary>How long the first failure is remembered; Linux begins with an hour, but for all destinations.</summary>
    public static Duration FirstPause => Duration.FromSeconds(60);

    /// <summary>The longest that a failure is remembered.</summary>
    public static Duration LongestPause => Duration.FromSeconds(3600);

    private readonly Dictionary<IpAddr, Entry> _entries = [];

    /// <summary>Number of destinations.</summary>
    public int Count => _entries.Count;

    /// <summary>Whether to begin with plain TCP.</summary>
    public bool IsBlocked(IpAddr destination, Instant now) => _entries.TryGetValue(destination, out var entry) && now < entry.Until;

    /// <summary>SYNs with MP_CAPABLE went unanswered and one without was answered.</summary>
    public void HandleSwallowed(IpAddr destination, Instant now)
    {
        var pause = FirstPause;
        if (_entries.TryGetValue(destination, out var known))
        {
            pause = known.Pause * 2 < LongestPause ? known.Pause * 2 : LongestPause;
        }
        else if (_entries.Count >= limit)
        {
            DropEarliest();
        }

        _entries[destination] = new Entry(now + pause, pause);
    }

    /// <summary>MP_CAPABLE was answered.</summary>
    public void HandleAnswered(IpAddr destination)
    {
        if (_entries.Count > 0)
        {
            _entries.Remove(destination);
        }
    }

    private void DropEarliest()
    {
        var earliest = default(KeyValuePair<IpAddr, Entry>);
        var any = false;
        foreach (var pair in _entries)
        {
            if (!any || pair.Value.Until < earliest.Value.Until)
            {
                earliest = pair;
                any = true;
            }
        }

        if (any)
        {
            _entries.Remove(earliest.Key);
        }
    }

    private readonly record struct Entry(Instant Until, Duration Pause);
}
