namespace Multipath.Lab.Net;

/// <summary>
/// One direction of an emulated link: a queue that drops at its tail, a bottleneck that serves one packet at a time, loss
/// behind it, then propagation with jitter that keeps the order. It knows no clock, no bytes and no device: time is an
/// argument in nanoseconds of any steady clock, and a packet is the slot in which the owner keeps its bytes.
/// </summary>
internal sealed class LinkShaper(LinkKnobs knobs, int seed)
{
    /// <summary>Packets that a direction holds at most, waiting and travelling: 2,000 full packets are 200 ms of 120 Mbit/s.</summary>
    internal const int SlotCount = 2048;

    private const uint Mask = SlotCount - 1;

    private readonly Random _random = new(seed);
    private readonly Packet[] _ring = new Packet[SlotCount];
    private LinkKnobs _knobs = knobs;

    // Packets [_head, _started) are served and travel; [_started, _tail) wait. The counters wrap, the slots follow by the mask.
    private uint _head;
    private uint _started;
    private uint _tail;
    private long _busyUntil = long.MinValue;
    private long _lastDelivery = long.MinValue;
    private long _jitter;
    private long _jitterUntil = long.MinValue;
    private LinkCounters _counters;

    /// <summary>What has happened so far.</summary>
    internal LinkCounters Counters => _counters;

    /// <summary>The slot for the next packet's bytes, valid until the next call; -1 when all are taken.</summary>
    internal int FreeSlot => _tail - _head == SlotCount ? -1 : (int)(_tail & Mask);

    /// <summary>When <see cref="TryDeliver"/> is to be asked again; <see cref="long.MaxValue"/> when nothing is inside.</summary>
    internal long NextDeadline =>
        _head != _started ? _ring[_head & Mask].DeliverAt
        : _started != _tail ? StartOf(_ring[_started & Mask])
        : long.MaxValue;

    /// <summary>Exchanges the knobs; packets whose service has begun by now keep what they were given.</summary>
    internal void Configure(long now, LinkKnobs next)
    {
        StartDue(now);
        _knobs = next;
        _jitterUntil = long.MinValue;
    }

    /// <summary>A packet arrives, its bytes in <see cref="FreeSlot"/>. False: dropped, the slot stays free.</summary>
    internal bool HandleArrival(long now, int bytes)
    {
        StartDue(now);
        _counters.Offered++;
        if (_tail - _head == SlotCount || _counters.QueuedBytes + bytes > _knobs.QueueBytes)
        {
            _counters.QueueDrops++;
            return false;
        }

        _ring[_tail & Mask] = new Packet { Arrival = now, Bytes = bytes };
        _tail++;
        _counters.QueuedBytes += bytes;
        StartDue(now);
        return true;
    }

    /// <summary>Takes the next packet that is due at the far end; its slot stays valid until the next arrival.</summary>
    internal bool TryDeliver(long now, out int slot, out int bytes)
    {
        StartDue(now);
        while (_head != _started)
        {
            ref var packet = ref _ring[_head & Mask];
            if (packet.DeliverAt > now)
            {
                break;
            }

            slot = (int)(_head & Mask);
            bytes = packet.Bytes;
            _head++;
            if (!packet.Lost)
            {
                _counters.Delivered++;
                _counters.DeliveredBytes += bytes;
                return true;
            }

            _counters.Lost++;
        }

        slot = -1;
        bytes = 0;
        return false;
    }

    /// <summary>Counts a packet that an outage swallowed at the near or the far end.</summary>
    internal void CountOutage() => _counters.OutageDrops++;

    private long StartOf(in Packet packet) => Math.Max(packet.Arrival, _busyUntil);

    private void StartDue(long now)
    {
        while (_started != _tail)
        {
            ref var packet = ref _ring[_started & Mask];
            var start = StartOf(packet);
            if (start > now)
            {
                return;
            }

            _busyUntil = start + (packet.Bytes * 8_000_000_000L / _knobs.BitsPerSecond);
            _counters.QueuedBytes -= packet.Bytes;
            packet.Lost = _knobs.Loss > 0 && _random.NextDouble() < _knobs.Loss;
            packet.DeliverAt = Math.Max(_lastDelivery, _busyUntil + Nanoseconds(_knobs.Delay) + JitterAt(start));
            _lastDelivery = packet.DeliverAt;
            _started++;
        }
    }

    private long JitterAt(long now)
    {
        if (_knobs.Jitter <= TimeSpan.Zero)
        {
            return 0;
        }

        if (now >= _jitterUntil)
        {
            _jitter = (long)(_random.NextDouble() * Nanoseconds(_knobs.Jitter));
            _jitterUntil = now + Nanoseconds(_knobs.JitterEvery);
        }

        return _jitter;
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;

    private struct Packet
    {
        internal long Arrival;
        internal long DeliverAt;
        internal int Bytes;
        internal bool Lost;
    }
}

/// <summary>What one direction of a link has done since it was made; packets unless bytes are named.</summary>
internal record struct LinkCounters
{
    /// <summary>Packets that reached the near end while it was open.</summary>
    public long Offered { get; set; }

    /// <summary>Packets handed out at the far end.</summary>
    public long Delivered { get; set; }

    /// <summary>Bytes of the delivered packets, IP headers included.</summary>
    public long DeliveredBytes { get; set; }

    /// <summary>Packets lost by chance.</summary>
    public long Lost { get; set; }

    /// <summary>Packets dropped because the queue was full.</summary>
    public long QueueDrops { get; set; }

    /// <summary>Packets that an outage swallowed.</summary>
    public long OutageDrops { get; set; }

    /// <summary>Bytes waiting at the moment.</summary>
    public long QueuedBytes { get; set; }
}
