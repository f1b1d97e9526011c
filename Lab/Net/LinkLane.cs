using System.Runtime.InteropServices;
using Multipath.Agent.DataPlanes.Tun;

namespace Multipath.Lab.Net;

/// <summary>
/// One direction of a link at work: moves packets from a TUN through a <see cref="LinkShaper"/> to another TUN. Only the
/// pump's thread calls it, except for <see cref="Knobs"/>, the gates and <see cref="Counters"/>.
/// </summary>
internal sealed unsafe class LinkLane : IDisposable
{
    private const int SlotBytes = 1600;

    /// <summary>Packets read in one round, so that one flooded direction cannot hold up the deliveries of the others.</summary>
    private const int ReadBudget = 64;

    private readonly TunDevice _from;
    private readonly TunDevice _to;
    private readonly LinkShaper _shaper;
    private readonly byte* _slots = (byte*)NativeMemory.AllocZeroed(LinkShaper.SlotCount + 1, SlotBytes);
    private LinkKnobs _applied;
    private LinkKnobs _knobs;
    private LinkCounters _counters;

    internal LinkLane(TunDevice from, TunDevice to, LinkKnobs knobs, int seed)
    {
        _from = from;
        _to = to;
        _knobs = _applied = knobs;
        _shaper = new LinkShaper(knobs, seed);
    }

    /// <summary>The knobs; new ones hold for packets whose service begins after the pump has seen them.</summary>
    internal LinkKnobs Knobs
    {
        get => Volatile.Read(ref _knobs);
        set => Volatile.Write(ref _knobs, value);
    }

    /// <summary>False while packets vanish before the link.</summary>
    internal volatile bool EntryOpen = true;

    /// <summary>False while packets vanish behind the link.</summary>
    internal volatile bool ExitOpen = true;

    /// <summary>The counters as of the pump's last round; fields may differ by one round.</summary>
    internal LinkCounters Counters => _counters;

    /// <summary>The descriptor whose readability means that packets wait to enter.</summary>
    internal int EntryFd => _from.Fd;

    /// <summary>Reads what waits at the entry.</summary>
    internal void Receive(long now)
    {
        Configure(now);
        for (var i = 0; i < ReadBudget; i++)
        {
            var free = _shaper.FreeSlot;
            var slot = free < 0 ? LinkShaper.SlotCount : free;
            var length = LibC.Read(_from.Fd, _slots + ((nint)slot * SlotBytes), SlotBytes);
            if (length <= 0)
            {
                break;
            }

            if (EntryOpen)
            {
                _shaper.HandleArrival(now, (int)length);
            }
            else
            {
                _shaper.CountOutage();
            }
        }
    }

    /// <summary>Writes what is due at the exit and returns when the next packet will be.</summary>
    internal long Deliver(long now)
    {
        Configure(now);
        while (_shaper.TryDeliver(now, out var slot, out var bytes))
        {
            // An interface that is down refuses the packet: lost, like one for a host without its cable.
            if (!ExitOpen || LibC.Write(_to.Fd, _slots + ((nint)slot * SlotBytes), bytes) < 0)
            {
                _shaper.CountOutage();
            }
        }

        _counters = _shaper.Counters;
        return _shaper.NextDeadline;
    }

    /// <summary>Frees the packets' memory; the pump must have let go of the lane.</summary>
    public void Dispose() => NativeMemory.Free(_slots);

    private void Configure(long now)
    {
        var knobs = Knobs;
        if (!ReferenceEquals(knobs, _applied))
        {
            _shaper.Configure(now, knobs);
            _applied = knobs;
        }
    }
}
