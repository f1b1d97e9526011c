namespace Multipath.Standalone.Orleans.Calls;

/// <summary>
/// The calls of one target: bounds their number and finds the expired among the unanswered. Oldest first. A call that expired is answered
/// and yet counts until it ended or was dropped: it goes on waiting or running, and takes its room.
/// </summary>
internal sealed class PendingCalls
{
    private readonly Lock _lock = new();
    private Call? _first;
    private Call? _last;
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    /// <summary>Adds a call; false if there are more than the limit already. 0 is no limit.</summary>
    internal bool TryAdd(Call call, int limit)
    {
        lock (_lock)
        {
            if (limit > 0 && _count > limit)
            {
                return false;
            }

            call.IsPending = true;
            call.IsCounted = true;
            call.PendingPrevious = _last;
            call.PendingNext = null;
            if (_last is null)
            {
                _first = call;
            }
            else
            {
                _last.PendingNext = call;
            }

            _last = call;
            _count++;
            return true;
        }
    }

    internal void Remove(Call call)
    {
        lock (_lock)
        {
            if (call.IsPending)
            {
                Unlink(call);
            }

            if (call.IsCounted)
            {
                call.IsCounted = false;
                _count--;
            }
        }
    }

    /// <summary>Adds the calls whose deadline is over to a list, once each, and returns the earliest deadline of the others.</summary>
    internal long TakeExpired(long now, List<Call> expired)
    {
        long earliest = long.MaxValue;
        if (Count == 0)
        {
            return earliest;
        }

        lock (_lock)
        {
            for (Call? call = _first, next; call is not null; call = next)
            {
                next = call.PendingNext;
                if (call.IsOneWay)
                {
                    continue;
                }

                if (call.Deadline <= now)
                {
                    Unlink(call);
                    expired.Add(call);
                }
                else
                {
                    earliest = Math.Min(earliest, call.Deadline);
                }
            }
        }

        return earliest;
    }

    private void Unlink(Call call)
    {
        call.IsPending = false;
        if (call.PendingPrevious is null)
        {
            _first = call.PendingNext;
        }
        else
        {
            call.PendingPrevious.PendingNext = call.PendingNext;
        }

        if (call.PendingNext is null)
        {
            _last = call.PendingPrevious;
        }
        else
        {
            call.PendingNext.PendingPrevious = call.PendingPrevious;
        }

        call.PendingPrevious = null;
        call.PendingNext = null;
    }
}
