using Multipath.Lab.Net;

namespace Multipath.Lab.Simulated;

/// <summary>
/// One direction of a simulated link: the shaper of the real links, with what a packet does on arrival in place of its bytes.
/// </summary>
internal sealed class SimulatedLane(Agenda agenda, LinkKnobs knobs, int seed)
{
    private readonly LinkShaper _shaper = new(knobs, seed);
    private readonly Action?[] _packets = new Action?[LinkShaper.SlotCount];
    private long _wakeNs = long.MaxValue;

    /// <summary>How the lane behaves.</summary>
    internal LinkKnobs Knobs { get; private set; } = knobs;

    /// <summary>False while packets vanish before the lane.</summary>
    internal bool EntryOpen { get; set; } = true;

    /// <summary>False while packets vanish behind it.</summary>
    internal bool ExitOpen { get; set; } = true;

    /// <summary>Exchanges the knobs.</summary>
    internal void Configure(LinkKnobs next)
    {
        Knobs = next;
        _shaper.Configure(agenda.NowNs, next);
        Wake();
    }

    /// <summary>Sends a packet; it may be lost, and nobody is told.</summary>
    internal void Send(int bytes, Action arrive)
    {
        var slot = _shaper.FreeSlot;
        if (!EntryOpen || slot < 0)
        {
            return;
        }

        if (_shaper.HandleArrival(agenda.NowNs, bytes))
        {
            _packets[slot] = arrive;
            Wake();
        }
    }

    private void Wake()
    {
        var next = _shaper.NextDeadline;
        if (next < _wakeNs)
        {
            _wakeNs = next;
            agenda.At(next, Drain);
        }
    }

    private void Drain()
    {
        if (agenda.NowNs < _wakeNs)
        {
            return;
        }

        _wakeNs = long.MaxValue;
        while (_shaper.TryDeliver(agenda.NowNs, out var slot, out _))
        {
            var arrive = _packets[slot];
            _packets[slot] = null;
            if (ExitOpen)
            {
                arrive?.Invoke();
            }
        }

        Wake();
    }
}
