using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;

namespace Multipath.Protocol.Tests.Scheduling.Model;

/// <summary>A path as a table names it.</summary>
internal sealed record PathShape(int Mbit, int RttMs, double Loss = 0, byte Cost = 0, bool Backup = false, int? DiesAtMs = null)
{
    public override string ToString() =>
        FormattableString.Invariant($"{Mbit} Mbit {RttMs} ms{(Loss > 0 ? $" {Loss * 100:0.#}%" : "")}{(Cost > 0 ? " $" : "")}");
}

/// <summary>A segment on a path.</summary>
internal sealed record Sent(long Dsn, int Length, long At, bool IsProbe)
{
    public bool IsLost { get; set; }
}

/// <summary>
/// One subflow of the model and its link: CUBIC, RACK without reordering, one tail loss probe, then a timeout. The link serialises, holds
/// 100 ms in its buffer, drops what exceeds that, and loses at random.
/// </summary>
internal sealed class ModelPath
{
    internal const int Mss = 1400;
    private const long BufferMicros = 100_000;
    private const long LeastRtoMicros = 200_000;

    private readonly IEntropy _entropy;
    private readonly Cubic _congestion = new();
    private readonly List<Sent> _outstanding = [];
    private readonly Queue<(long Dsn, int Length)> _queue = new();
    private long _busyUntil;
    private long _recoveryPoint = -1;
    private long _srtt;
    private long _var;
    private long _lastHeard;
    private long _lastSent;
    private long _roundStart;
    private bool _hasProbed;
    private int _inFlight;
    private int _lost;
    private int _unsent;

    internal ModelPath(PathShape shape, IEntropy entropy, Instant now)
    {
        Shape = shape;
        _entropy = entropy;
        _srtt = shape.RttMs * 1000L;
        _var = _srtt / 8;
        _congestion.HandleSegmentSize(Mss, now);
    }

    internal PathShape Shape { get; }

    internal long BytesSent { get; private set; }

    internal int Timeouts { get; private set; }

    /// <summary>Where the segments begin that were assigned and not acknowledged, sent or not.</summary>
    internal IEnumerable<long> Unacknowledged => _outstanding.Select(s => s.Dsn).Concat(_queue.Select(q => q.Dsn));

    /// <summary>When the probe or the timeout is due.</summary>
    internal long Deadline
    {
        get
        {
            if (_outstanding.Count == 0)
            {
                return long.MaxValue;
            }

            long rto = Math.Max(LeastRtoMicros, _srtt + (4 * _var)) << Math.Min(Timeouts, 6);
            return Math.Max(_lastHeard, _lastSent) + (_hasProbed || Timeouts > 0 ? rto : Math.Min(2 * _srtt, rto));
        }
    }

    internal void Assign(long dsn, int length)
    {
        _unsent += length;
        for (int at = 0; at < length; at += Mss)
        {
            _queue.Enqueue((dsn + at, Math.Min(Mss, length - at)));
        }
    }

    internal SubflowView View(int id, long now, Duration staleAfter, long uncarried) => new()
    {
        Id = id,
        Usable = true,
        Backup = Shape.Backup,
        CostClass = Shape.Cost,
        Stale = Timeouts >= 4 || (_outstanding.Count > 0 && now - Math.Max(_lastHeard, _outstanding[0].At) > staleAfter.Micros),
        Srtt = new Duration(_srtt),
        RttVar = new Duration(_var),
        Rto = new Duration(Math.Max(LeastRtoMicros, _srtt + (4 * _var)) << Math.Min(Timeouts, 6)),
        Mss = Mss,
        Cwnd = _congestion.Window,
        SlowStartThreshold = _congestion.SlowStartThreshold,
        QueuedBytes = _inFlight + _lost + _unsent,
        Space = Math.Max(0, _congestion.Window - _inFlight - _unsent - _lost) / Mss * Mss,
        PacingRate = _congestion.Window * (_congestion.Window < _congestion.SlowStartThreshold ? 2_000_000L : 1_200_000L) / _srtt,
        UncarriedBytes = uncarried,
    };

    /// <summary>
    /// Sends what the window admits, lost segments first. Reports each departure and, unless it is dropped, when it arrives.
    /// </summary>
    internal void Transmit(long now, Action<Sent, long?> departed)
    {
        while (true)
        {
            int lost = _lost == 0 ? -1 : _outstanding.FindIndex(s => s.IsLost);
            int next = lost >= 0 ? _outstanding[lost].Length : _queue.Count > 0 ? _queue.Peek().Length : 0;
            if (next == 0 || (_inFlight > 0 && _inFlight + next > _congestion.Window))
            {
                return;
            }

            (long dsn, int length) = lost >= 0 ? (_outstanding[lost].Dsn, _outstanding[lost].Length) : _queue.Dequeue();
            if (lost >= 0)
            {
                _outstanding.RemoveAt(lost);
                _lost -= length;
            }
            else
            {
                _unsent -= length;
            }

            Depart(new Sent(dsn, length, now, IsProbe: false), now, departed);
        }
    }

    internal void HandleAck(Sent acked, long now)
    {
        _lastHeard = now;
        _hasProbed = false;
        Timeouts = 0;
        long rtt = now - acked.At;
        _var += (Math.Abs(rtt - _srtt) - _var) / 4;
        _srtt += (rtt - _srtt) / 8;
        int inFlight = _inFlight;
        bool isNew = _outstanding.RemoveAll(s => s.Dsn == acked.Dsn) > 0;
        bool finds = false;
        foreach (Sent earlier in _outstanding)
        {
            finds |= !earlier.IsLost && earlier.At < acked.At;
            earlier.IsLost |= earlier.At < acked.At;
        }

        Recount();

        if (finds && acked.At > _recoveryPoint)
        {
            _recoveryPoint = now;
            _congestion.HandleLoss(Loss(inFlight, now, first: false));
        }
        else if (isNew && acked.At > _recoveryPoint)
        {
            _congestion.HandleAck(new AckSample
            {
                Now = new Instant(now),
                AckedBytes = acked.Length,
                InFlightBefore = inFlight,
                Rtt = new Duration(rtt),
                SmoothedRtt = new Duration(_srtt),
                MinRtt = new Duration(Shape.RttMs * 1000L),
                Mss = Mss,
                IsWindowLimited = inFlight + Mss > _congestion.Window
                    || (_congestion.Window < _congestion.SlowStartThreshold && 2 * inFlight > _congestion.Window),
                IsRoundStart = acked.At > _roundStart,
            });
            _roundStart = acked.At > _roundStart ? now : _roundStart;
        }
    }

    /// <summary>The probe sends the last segment again; the timeout gives all up. True for a timeout.</summary>
    internal bool HandleDeadline(long now, Action<Sent, long?> departed)
    {
        if (!_hasProbed && Timeouts == 0)
        {
            _hasProbed = true;
            Sent last = _outstanding[^1];
            _outstanding.RemoveAt(_outstanding.Count - 1);
            Recount();
            Depart(new Sent(last.Dsn, last.Length, now, IsProbe: true), now, departed);
            return false;
        }

        _congestion.HandleTimeout(Loss(_inFlight, now, Timeouts == 0));
        Timeouts++;
        _lastSent = now;
        _outstanding.ForEach(s => s.IsLost = true);
        Recount();
        return true;
    }

    private static LossSample Loss(int inFlight, long now, bool first) => new()
    {
        Now = new Instant(now),
        InFlight = inFlight,
        Mss = Mss,
        SmoothedRtt = default,
        IsFirstTimeout = first,
    };

    private void Depart(Sent segment, long now, Action<Sent, long?> departed)
    {
        _outstanding.Add(segment);
        _inFlight += segment.Length;
        _lastSent = now;
        BytesSent += segment.Length;
        bool isDropped = _busyUntil - now > BufferMicros || now >= Shape.DiesAtMs * 1000L || Draw() < Shape.Loss;
        if (!isDropped)
        {
            _busyUntil = Math.Max(_busyUntil, now) + ((segment.Length + 60) * 8L / Shape.Mbit);
        }

        departed(segment, isDropped ? null : _busyUntil + (Shape.RttMs * 500L));
    }

    private void Recount()
    {
        _lost = 0;
        _inFlight = 0;
        foreach (Sent sent in _outstanding)
        {
            _lost += sent.IsLost ? sent.Length : 0;
            _inFlight += sent.IsLost ? 0 : sent.Length;
        }
    }

    private double Draw()
    {
        Span<byte> bytes = stackalloc byte[4];
        _entropy.Fill(bytes);
        return BitConverter.ToUInt32(bytes) / (double)uint.MaxValue;
    }
}
