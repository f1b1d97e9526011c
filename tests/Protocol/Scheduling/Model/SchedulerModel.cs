using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;

namespace Multipath.Protocol.Tests.Scheduling.Model;

/// <summary>What the application writes: so many bytes at intervals, or as much as goes out when the interval is 0.</summary>
internal sealed record Traffic(int Bytes, int EveryMicros, int Millis);

/// <summary>What came of a run.</summary>
internal sealed record Outcome(List<long> Delays, long Delivered, long LongestGap, long[] Sent);

/// <summary>
/// A connection over model paths, event by event: it calls the scheduler as <see cref="IScheduler"/> says, delivers in order, and
/// measures. Time is in microseconds.
/// </summary>
internal sealed class SchedulerModel
{
    private const int ChunkBytes = 45 * ModelPath.Mss;
    private readonly IScheduler _scheduler;
    private readonly Traffic _traffic;
    private readonly long _window;
    private readonly ModelPath[] _paths;
    private readonly SubflowView[] _views;
    private readonly long[] _cursors;
    private readonly long[] _wakeAt;
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly SortedDictionary<long, InFlight> _inFlight = [];
    private readonly SortedDictionary<long, long> _early = [];
    private readonly SortedSet<long> _givenUp = [];
    private readonly Queue<(long End, long At)> _writes = new();
    private readonly Outcome _outcome;
    private long _now;
    private long _order;
    private long _written;
    private long _assigned;
    private long _acked;
    private long _received;
    private long _lastDelivery;
    private long _longestGap;

    internal SchedulerModel(IScheduler scheduler, PathShape[] shapes, Traffic traffic, long window = 4 << 20, ulong seed = 1)
    {
        (_scheduler, _traffic, _window) = (scheduler, traffic, window);
        _paths = [.. shapes.Select((s, i) => new ModelPath(s, new SeededEntropy(seed + ((ulong)i * 1000)), default))];
        _views = new SubflowView[shapes.Length];
        _cursors = new long[shapes.Length];
        _wakeAt = [.. shapes.Select(_ => long.MaxValue)];
        _outcome = new Outcome([], 0, 0, new long[shapes.Length]);
    }

    internal Outcome Run()
    {
        At(0, Write);
        for (int ms = 0; ms < _traffic.Millis; ms += 5)
        {
            At(ms * 1000L, () => { });
        }

        while (_events.TryDequeue(out Action? handle, out (long At, long) when) && when.At <= _traffic.Millis * 1000L)
        {
            _now = when.At;
            handle();
            foreach (ModelPath path in _paths.Where(p => p.Deadline <= _now))
            {
                HandleDeadline(path);
            }

            Reinject();
            Schedule();
            Array.ForEach(_paths, Transmit);
        }

        long gap = Math.Max(_longestGap, (_traffic.Millis * 1000L) - _lastDelivery);
        return _outcome with { Delivered = _received, LongestGap = gap, Sent = [.. _paths.Select(p => p.BytesSent)] };
    }

    private void At(long at, Action handle) => _events.Enqueue(handle, (at, _order++));

    private void Write()
    {
        if (_traffic.EveryMicros == 0)
        {
            _written = _acked + (2 * _window);
            return;
        }

        _written += _traffic.Bytes;
        _writes.Enqueue((_written, _now));
        At(_now + _traffic.EveryMicros, Write);
    }

    private void Transmit(ModelPath path) => path.Transmit(_now, (s, arrives) => HandleDeparture(path, s, arrives));

    private void HandleDeparture(ModelPath path, Sent segment, long? arrives)
    {
        if (_inFlight.TryGetValue(segment.Dsn, out InFlight? entry))
        {
            (entry.LastPath, entry.LastAt) = (path, _now);
        }

        if (arrives is { } at)
        {
            At(at, () => HandleArrival(path, segment));
        }

        Wake(path);
    }

    /// <summary>One event at a time waits for a path's timer; it looks again when it comes too early.</summary>
    private void Wake(ModelPath path)
    {
        int index = Array.IndexOf(_paths, path);
        if (path.Deadline < _wakeAt[index])
        {
            _wakeAt[index] = path.Deadline;
            At(path.Deadline, () =>
            {
                _wakeAt[index] = long.MaxValue;
                Wake(path);
            });
        }
    }

    private void HandleArrival(ModelPath path, Sent segment)
    {
        long end = segment.Dsn + segment.Length;
        _early[segment.Dsn] = Math.Max(end, _early.GetValueOrDefault(segment.Dsn));
        while (_early.Count > 0 && _early.First() is { Key: var start, Value: var last } && start <= _received)
        {
            _early.Remove(start);
            _received = Math.Max(_received, last);
        }

        while (_writes.TryPeek(out (long End, long At) write) && write.End <= _received)
        {
            _outcome.Delays.Add(_now - _writes.Dequeue().At);
            _longestGap = Math.Max(_longestGap, _now - _lastDelivery);
            _lastDelivery = _now;
        }

        long received = _received;
        At(_now + (path.Shape.RttMs * 500L), () => HandleAck(path, segment, received));
    }

    private void HandleAck(ModelPath path, Sent segment, long received)
    {
        if (_now >= path.Shape.DiesAtMs * 1000L)
        {
            return;
        }

        path.HandleAck(segment, _now);
        _acked = Math.Max(_acked, received);
        while (_inFlight.Count > 0 && _inFlight.First() is { Key: var dsn, Value: var entry } && dsn + entry.Length <= _acked)
        {
            _inFlight.Remove(dsn);
        }

        if (_traffic.EveryMicros == 0)
        {
            Write();
        }
    }

    private void HandleDeadline(ModelPath path)
    {
        if (path.HandleDeadline(_now, (s, arrives) => HandleDeparture(path, s, arrives)))
        {
            _givenUp.UnionWith(path.Unacknowledged);
        }

        Wake(path);
    }

    private void Reinject()
    {
        foreach (long dsn in _givenUp.ToArray())
        {
            if (_inFlight.ContainsKey(dsn) && !TryReinject(dsn))
            {
                break;
            }

            _givenUp.Remove(dsn);
        }

        foreach ((long dsn, InFlight entry) in _inFlight)
        {
            if (entry.LastPath is not { } carrier)
            {
                return;
            }

            Duration patience = _scheduler.OverdueAfter(ViewOf(Array.IndexOf(_paths, carrier)));
            if (patience == Duration.Max || entry.LastAt + patience.Micros > _now || !TryReinject(dsn))
            {
                return;
            }
        }
    }

    private bool TryReinject(long dsn)
    {
        if (!_inFlight.TryGetValue(dsn, out InFlight? entry))
        {
            return false;
        }

        Look();
        for (int i = 0; i < _views.Length; i++)
        {
            _views[i].Carries = (entry.Carriers >> i & 1) != 0;
        }

        int on = _scheduler.PickReinjection(_views, Send());
        if (on >= 0)
        {
            _paths[on].Assign(dsn, entry.Length);
            entry.Carriers |= 1 << on;
            Transmit(_paths[on]);
        }

        return on >= 0;
    }

    private void Schedule()
    {
        while (true)
        {
            SendView send = Send();
            bool isRedundant = _scheduler.Mode == SchedulerMode.Redundant;
            if (!isRedundant && (send.UnsentBytes <= 0 || send.InFlight >= _window))
            {
                return;
            }

            Look();
            int picked = _scheduler.Pick(_views, send, out int bytes);
            if (picked < 0)
            {
                return;
            }

            long from = isRedundant ? Math.Max(_acked, _cursors[picked]) : _assigned;
            long room = Math.Min(_written, _acked + _window) - from;
            int length = (int)Math.Min(Math.Min(bytes, room), ChunkBytes);
            if (length <= 0)
            {
                return;
            }

            int copies = isRedundant ? 0 : _scheduler.PickCopies(_views, send, picked, length);
            for (int i = 0; i < _paths.Length; i++)
            {
                if (i == picked || (copies >> i & 1) != 0)
                {
                    Carry(i, from, length);
                }
            }

            _cursors[picked] = from + length;
            _assigned = Math.Max(_assigned, from + length);
        }
    }

    private void Carry(int path, long from, int length)
    {
        _paths[path].Assign(from, length);
        _scheduler.HandleAssigned(path, length);
        for (int at = 0; at < length; at += ModelPath.Mss)
        {
            int size = Math.Min(ModelPath.Mss, length - at);
            if (!_inFlight.TryGetValue(from + at, out InFlight? entry))
            {
                _inFlight[from + at] = entry = new InFlight();
            }

            entry.Length = Math.Max(entry.Length, size);
            entry.Carriers |= 1 << path;
        }

        Transmit(_paths[path]);
    }

    private SendView Send() => new()
    {
        Now = new Instant(_now),
        UnsentBytes = _written - _assigned,
        WaitingSince = new Instant(_writes.TryPeek(out (long, long At) write) ? write.At : _now),
        SendWindow = _window,
        InFlight = _assigned - _acked,
    };

    private SubflowView ViewOf(int path)
    {
        long uncarried = Math.Min(_written, _acked + _window) - Math.Max(_acked, _cursors[path]);
        SubflowView view = _paths[path].View(path, _now, Duration.Max, uncarried);
        return _paths[path].View(path, _now, _scheduler.OverdueAfter(view), uncarried);
    }

    private void Look()
    {
        for (int i = 0; i < _paths.Length; i++)
        {
            _views[i] = ViewOf(i);
        }
    }

    private sealed class InFlight
    {
        internal int Length { get; set; }

        internal int Carriers { get; set; }

        internal ModelPath? LastPath { get; set; }

        internal long LastAt { get; set; }
    }
}
