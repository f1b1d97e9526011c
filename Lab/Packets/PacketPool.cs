namespace Multipath.Lab.Packets;

/// <summary>Packets to be used again, the last one given back first, as it is the likeliest to be in the processor's cache.</summary>
/// <param name="capacity">Bytes that each packet may have; above the largest MTU, so that a middlebox can merge segments.</param>
internal sealed class PacketPool(int capacity)
{
    /// <summary>Packets of one network at a time: full queues of all lanes. More is a leak, and memory without bound.</summary>
    internal const int Limit = 1 << 18;

    private Packet[] _free = new Packet[256];
    private int _count;

    /// <summary>Packets that are not in the pool.</summary>
    internal int Rented { get; private set; }

    /// <summary>Bytes that each packet may have.</summary>
    internal int Capacity => capacity;

    /// <summary>A packet with no meaning in its bytes.</summary>
    /// <exception cref="SimulationFaultException">More packets are on their way than a network may hold.</exception>
    internal Packet Rent()
    {
        if (Rented == Limit)
        {
            throw new SimulationFaultException($"{Limit} packets are on their way at once");
        }

        Rented++;
        return _count > 0 ? _free[--_count] : new Packet(capacity);
    }

    /// <summary>Takes a packet back.</summary>
    internal void Return(Packet packet)
    {
        if (_count == _free.Length)
        {
            Array.Resize(ref _free, 2 * _count);
        }

        _free[_count++] = packet;
        Rented--;
    }
}
