using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>
/// One direction of a link: a queue that drops at its tail, a bottleneck that serves one packet at a time, loss behind it, then
/// propagation with jitter. What waits is known from the time until which the bottleneck is busy, so that a packet costs one event.
/// Packets that were taken in keep their times when the knobs change.
/// </summary>
internal sealed class Lane : EventSource, IPacketSink
{
    /// <summary>Packets inside at most, waiting and travelling: a second of 1 Gbit/s in full packets.</summary>
    internal const int PacketLimit = 1 << 16;

    private const long NanosInSecond = 1_000_000_000;
    private readonly FlightQueue _flight = new();
    private readonly SeededEntropy _entropy;
    private readonly NetworkCore _core;
    private readonly string _name;
    private readonly int _index;
    private LaneKnobs _knobs;
    private LaneCounters _counters;
    private long _busyUntilNs;
    private Instant _lastInOrder;
    private Instant _jitterUntil;
    private Duration _jitter;
    private bool _bad;

    /// <summary>A lane of a network, which is up.</summary>
    /// <param name="core">What all parts of the network share.</param>
    /// <param name="index">Its number in traces.</param>
    /// <param name="name">For people.</param>
    /// <param name="knobs">How it behaves at first.</param>
    /// <param name="seed">Of its own chances: what happens on another lane changes nothing here.</param>
    internal Lane(NetworkCore core, int index, string name, LaneKnobs knobs, ulong seed)
    {
        _core = core;
        _index = index;
        _name = name;
        _knobs = knobs;
        _entropy = new SeededEntropy(seed);
        core.Loop.Add(this);
    }

    /// <summary>Where packets come out; set once before the network runs.</summary>
    internal IPacketSink? FarEnd { get; set; }

    /// <summary>Whether it carries packets. What travels when it ceases to is lost.</summary>
    internal LinkState State { get; set; }

    /// <summary>What has happened so far.</summary>
    internal ref readonly LaneCounters Counters => ref _counters;

    /// <summary>Packets inside.</summary>
    internal int Held => _flight.Count;

    /// <inheritdoc/>
    public override string ToString() => _name;

    /// <summary>Exchanges the knobs for the packets that come from now on.</summary>
    internal void Configure(LaneKnobs knobs) => (_knobs, _jitterUntil) = (knobs, default);

    /// <inheritdoc/>
    public void Take(Packet packet, Instant now)
    {
        _counters.Offered++;
        _counters.OfferedBytes += packet.Length;
        _core.Trace.HandleSent(_index, packet, now);
        if (State != LinkState.Up)
        {
            _counters.OutageDrops++;
            Drop(packet, now);
            return;
        }

        var nowNs = now.Micros * 1000;
        var waitingNs = Math.Max(0, _busyUntilNs - nowNs);
        var waitingBytes = (double)waitingNs * _knobs.BitsPerSecond / (8 * NanosInSecond);
        if (waitingBytes + packet.Length > _knobs.QueueBytes || _flight.Count >= PacketLimit)
        {
            _counters.QueueDrops++;
            Drop(packet, now);
            return;
        }

        _busyUntilNs = nowNs + waitingNs + (packet.Length * 8 * NanosInSecond / _knobs.BitsPerSecond);
        if (IsLost())
        {
            _counters.Lost++;
            Drop(packet, now);
            return;
        }

        Send(packet, now);
        _core.Loop.Schedule(this, _flight.Next);
    }

    /// <inheritdoc/>
    internal override void HandleDue(Instant now)
    {
        while (_flight.Next <= now)
        {
            var packet = _flight.Take();
            if (State == LinkState.Up)
            {
                _counters.Delivered++;
                _counters.DeliveredBytes += packet.Length;
                _core.Trace.HandleDelivered(_index, packet, now);
                FarEnd!.Take(packet, now);
            }
            else
            {
                _counters.OutageDrops++;
                Drop(packet, now);
            }
        }

        _core.Loop.Schedule(this, _flight.Next);
    }

    private void Send(Packet packet, Instant now)
    {
        if (now >= _jitterUntil)
        {
            (_jitter, _jitterUntil) = (UpTo(_knobs.Jitter), now + _knobs.JitterEvery);
        }

        var at = new Instant((_busyUntilNs + 999) / 1000) + _knobs.Delay + _jitter;
        if (Happens(_knobs.Corrupt))
        {
            _counters.Corrupted++;
            packet.IsDamaged = true;
            packet.Bytes[_entropy.Below(packet.Length)] ^= (byte)(1 + _entropy.Below(255));
        }

        if (Happens(_knobs.Duplicate))
        {
            _counters.Duplicated++;
            var copy = _core.Pool.Rent();
            copy.CopyFrom(packet);
            _flight.Add(copy, at + UpTo(_knobs.ReorderBy));
        }

        if (Happens(_knobs.Reorder))
        {
            _counters.Reordered++;
            at += UpTo(_knobs.ReorderBy);
        }
        else
        {
            at = at < _lastInOrder ? _lastInOrder : at;
            _lastInOrder = at;
        }

        _flight.Add(packet, at);
    }

    private bool IsLost()
    {
        var loss = _knobs.Loss;
        if (loss.ToBad > 0)
        {
            _bad = _bad ? !Happens(loss.ToGood) : Happens(loss.ToBad);
        }
        else
        {
            _bad = false;
        }

        return Happens(_bad ? loss.InBad : loss.InGood);
    }

    private bool Happens(double probability) => probability > 0 && _entropy.NextDouble() < probability;

    private Duration UpTo(Duration longest) =>
        longest.Micros > 0 ? new Duration((long)(_entropy.NextDouble() * longest.Micros)) : default;

    private void Drop(Packet packet, Instant now)
    {
        _core.Trace.HandleDropped(_index, now);
        _core.Pool.Return(packet);
    }
}
