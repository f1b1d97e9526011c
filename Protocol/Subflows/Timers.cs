using System.Runtime.CompilerServices;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>When each timer of a subflow expires; the owner of the clock asks for the earliest.</summary>
internal sealed class Timers
{
    private readonly Instant[] _at = new Instant[(int)SubflowTimer.Count];
    private Instant _next = Instant.Never;
    private bool _isStale;

    public Timers()
    {
        Array.Fill(_at, Instant.Never);
    }

    /// <summary>The earliest expiry.</summary>
    public Instant Next => _isStale ? FindNext() : _next;

    public Instant this[SubflowTimer timer] => _at[(int)timer];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(SubflowTimer timer, Instant at)
    {
        ref var slot = ref _at[(int)timer];

        // Only a timer that was the earliest and moves back forces a search.
        _isStale |= slot == _next && at > slot;
        slot = at;
        if (at < _next)
        {
            _next = at;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Stop(SubflowTimer timer)
    {
        if (_at[(int)timer] != Instant.Never)
        {
            Set(timer, Instant.Never);
        }
    }

    public void StopAll()
    {
        Array.Fill(_at, Instant.Never);
        _next = Instant.Never;
        _isStale = false;
    }

    public bool IsSet(SubflowTimer timer) => _at[(int)timer] != Instant.Never;

    /// <summary>Whether a timer has expired; if so, it is stopped.</summary>
    public bool TryExpire(SubflowTimer timer, Instant now)
    {
        if (_at[(int)timer] > now)
        {
            return false;
        }

        Stop(timer);
        return true;
    }

    private Instant FindNext()
    {
        var next = Instant.Never;
        foreach (var at in _at)
        {
            next = Instant.Earlier(next, at);
        }

        _next = next;
        _isStale = false;
        return next;
    }
}
