using Multipath.Lab.Packets.Middleboxes;
using Multipath.Protocol;

namespace Multipath.Lab.Packets.Watch;

/// <summary>
/// Stands on both sides of a device with receive offload and checks that all that came goes on, in order: alone and unchanged, or as part
/// of a larger segment out of which it could be cut again. The stack repairs most of what a device spoils, so that the content would not
/// tell.
/// </summary>
/// <param name="name">Whose device it is, for people.</param>
internal sealed class GatherWatch(string name)
{
    private readonly Queue<byte[]> _inside = new();

    /// <summary>Packets that came and did not go on yet.</summary>
    internal int Held => _inside.Count;

    /// <summary>Segments that went on as part of one that had come before them.</summary>
    internal long Joined { get; private set; }

    /// <summary>A packet comes to the device.</summary>
    internal void HandleReceived(ReadOnlySpan<byte> packet) => _inside.Enqueue(packet.ToArray());

    /// <summary>The device hands a packet on.</summary>
    /// <exception cref="SimulationFaultException">It is not what came.</exception>
    internal void HandlePassed(Span<byte> packet, in PacketInfo info)
    {
        var fault = !_inside.TryDequeue(out var first) ? "what never came"
            : info.GsoSize > 0 ? FaultOfJoined(packet, first, info.GsoSize)
            : packet.SequenceEqual(first) ? null
            : "something else than what came";
        if (fault is not null)
        {
            throw new SimulationFaultException($"the device of the {name} passed on {fault}");
        }
    }

    // Takes the parts out of the queue one by one, and compares each with its place in the whole.
    private string? FaultOfJoined(Span<byte> packet, byte[] came, int size)
    {
        if (!TcpFrame.TryRead(packet, out var whole) || whole.Ip.Length != packet.Length || !whole.IsIntact)
        {
            return "no whole segment";
        }

        for (var done = 0; ;)
        {
            if (!TcpFrame.TryRead(came, out var part) || !part.IsPlainData || !part.IsIntact)
            {
                return "something joined that has to stay alone";
            }

            if (!IsOfFlow(whole, part) || whole.Sequence + (uint)done != part.Sequence)
            {
                return "segments joined that do not follow each other";
            }

            if (!whole.Options.SequenceEqual(part.Options) || whole.Acknowledgement != part.Acknowledgement)
            {
                return "segments joined that say different things";
            }

            var rest = whole.Payload[done..];
            if (!rest.StartsWith(part.Payload) || part.Payload.Length > size)
            {
                return "other bytes than came";
            }

            done += part.Payload.Length;
            if (done == whole.Payload.Length)
            {
                return whole.Flags == part.Flags && whole.Window == part.Window ? null : "another end than came";
            }

            if (part.Payload.Length != size || part.Has(TcpFrame.Psh))
            {
                return "something joined behind an end";
            }

            if (!_inside.TryDequeue(out came!))
            {
                return "more than came";
            }

            Joined++;
        }
    }

    private static bool IsOfFlow(in TcpFrame whole, in TcpFrame part) =>
        whole.SourcePort == part.SourcePort
        && whole.DestinationPort == part.DestinationPort
        && whole.SourceAddress.SequenceEqual(part.SourceAddress)
        && whole.DestinationAddress.SequenceEqual(part.DestinationAddress);
}
