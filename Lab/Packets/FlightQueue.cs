using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>
/// The packets of a lane in the order in which they come out: a ring that is kept sorted. A packet nearly always goes to the end; one
/// that is overtaken is put in its place from there, which costs as many moves as it has overtakers. Equal times keep their order.
/// </summary>
internal sealed class FlightQueue
{
    private Flight[] _ring = new Flight[64];
    private int _head;

    /// <summary>Packets inside.</summary>
    internal int Count { get; private set; }

    /// <summary>When the next packet comes out; <see cref="Instant.Never"/> when none is inside.</summary>
    internal Instant Next => Count == 0 ? Instant.Never : _ring[_head].At;

    /// <summary>Puts a packet in.</summary>
    internal void Add(Packet packet, Instant at)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        var mask = _ring.Length - 1;
        var place = Count;
        while (place > 0 && _ring[(_head + place - 1) & mask].At > at)
        {
            _ring[(_head + place) & mask] = _ring[(_head + place - 1) & mask];
            place--;
        }

        _ring[(_head + place) & mask] = new Flight(at, packet);
        Count++;
    }

    /// <summary>Takes the next packet out; there must be one.</summary>
    internal Packet Take()
    {
        var packet = _ring[_head].Packet;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        return packet;
    }

    private void Grow()
    {
        var larger = new Flight[2 * _ring.Length];
        for (var index = 0; index < Count; index++)
        {
            larger[index] = _ring[(_head + index) & (_ring.Length - 1)];
        }

        _ring = larger;
        _head = 0;
    }

    private readonly record struct Flight(Instant At, Packet Packet);
}
