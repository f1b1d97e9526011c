using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Middleboxes;

/// <summary>The direction in which a packet travels on a link.</summary>
internal enum Heading
{
    /// <summary>From the near node, the client as a rule.</summary>
    Up,

    /// <summary>To the near node.</summary>
    Down,
}

/// <summary>
/// Something on a link that meddles with packets. It sees both directions and takes each packet over: it passes it on, changed or not,
/// passes several on, keeps it until its own deadline, or drops it. The boxes read and write the bytes by themselves and not with the
/// stack's codecs, so that a mistake there cannot hide itself. They keep wrong checksums wrong.
/// </summary>
internal abstract class Middlebox : EventSource
{
    private readonly IPacketSink?[] _next = new IPacketSink?[2];
    private NetworkCore? _core;

    /// <summary>Packets that it changed, cut, joined or dropped.</summary>
    internal long Meddled { get; private protected set; }

    /// <summary>Where packets can be rented and given back.</summary>
    private protected PacketPool Pool => _core!.Pool;

    /// <summary>Sets where packets go that travel in one direction; both are set before the network runs.</summary>
    internal void Attach(NetworkCore core, Heading heading, IPacketSink next)
    {
        if (_core is null)
        {
            core.Loop.Add(this);
        }

        _core = core;
        _next[(int)heading] = next;
    }

    /// <summary>The door for packets that travel in one direction.</summary>
    internal IPacketSink Side(Heading heading) => new Door(this, heading);

    /// <inheritdoc/>
    public override string ToString() => GetType().Name;

    /// <inheritdoc/>
    internal override void HandleDue(Instant now) => WakeAt(Instant.Never);

    /// <summary>Takes a packet over.</summary>
    private protected abstract void Handle(Packet packet, Heading heading, Instant now);

    /// <summary>Passes a packet on.</summary>
    private protected void Pass(Packet packet, Heading heading, Instant now) => _next[(int)heading]!.Take(packet, now);

    /// <summary>Drops a packet.</summary>
    private protected void Drop(Packet packet)
    {
        Meddled++;
        Pool.Return(packet);
    }

    /// <summary>Sets when <see cref="HandleDue"/> is called.</summary>
    private protected void WakeAt(Instant at) => _core!.Loop.Schedule(this, at);

    private sealed class Door(Middlebox box, Heading heading) : IPacketSink
    {
        public void Take(Packet packet, Instant now) => box.Handle(packet, heading, now);
    }
}
