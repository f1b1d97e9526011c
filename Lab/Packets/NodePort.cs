using Multipath.Lab.Packets.Watch;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>
/// A node's place in a network: hands it what arrives, calls it when its time has come, and after each of these takes all that it has to
/// send and routes it.
/// </summary>
internal sealed class NodePort : EventSource, IPacketSink
{
    /// <summary>Packets that a node may send in one go: more than any window holds, so that only a node in a loop meets it.</summary>
    internal const int BurstLimit = 200_000;

    private readonly NetworkCore _core;
    private readonly string _name;
    private readonly INode _node;
    private readonly Offload? _offload;
    private Packet _spare;

    /// <summary>Puts a node into a network.</summary>
    internal NodePort(NetworkCore core, string name, INode node, bool offloads)
    {
        (_core, _name, _node, _spare) = (core, name, node, core.Pool.Rent());
        _offload = offloads ? new Offload(core.Pool) : null;
        core.Loop.Add(this);
    }

    /// <summary>Where the node's packets go.</summary>
    internal RouteTable Routes { get; } = new();

    /// <summary>Checks what goes in and out; null for nobody.</summary>
    internal NodeWatch? Watch { get; set; }

    /// <summary>Packets that no route matched; they are gone.</summary>
    internal long Unroutable { get; private set; }

    /// <inheritdoc/>
    public override string ToString() => _name;

    /// <inheritdoc/>
    public void Take(Packet packet, Instant now)
    {
        Watch?.HandleReceived(packet);
        _node.HandlePacket(packet.Span, packet.Info, now);
        _core.Pool.Return(packet);
        Pump(now);
    }

    /// <summary>Takes what the node has to send; to be called when something but the network has set it to work.</summary>
    /// <exception cref="SimulationFaultException">It sends without end.</exception>
    internal void Pump(Instant now)
    {
        var room = _offload is null ? _spare.Bytes : _offload.Buffer;
        for (var burst = 0; _node.PollTransmit(room, out var info, now) is var length and > 0; burst++)
        {
            if (burst == BurstLimit)
            {
                throw new SimulationFaultException($"{_name} sends without end at {now.Micros} us");
            }

            if (_offload is null)
            {
                var packet = _spare;
                packet.Renew(length, info);
                _spare = _core.Pool.Rent();
                room = _spare.Bytes;
                Send(packet, now);
                continue;
            }

            _offload.Start();
            while (_offload.Next(length, info) is { } cut)
            {
                Send(cut, now);
            }
        }

        _core.Loop.Schedule(this, _node.PollTimeout());
    }

    /// <inheritdoc/>
    internal override void HandleDue(Instant now)
    {
        _node.HandleTimeout(now);
        Pump(now);
    }

    private void Send(Packet packet, Instant now)
    {
        Watch?.HandleSent(packet);
        if (Routes.Find(packet.Span) is { } way)
        {
            way.Take(packet, now);
        }
        else
        {
            Unroutable++;
            _core.Pool.Return(packet);
        }
    }
}
