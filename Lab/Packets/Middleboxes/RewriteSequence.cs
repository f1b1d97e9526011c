using System.Buffers.Binary;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Middleboxes;

/// <summary>
/// Gives each flow other sequence numbers, as firewalls do that distrust their hosts' random ones: adds a number of the flow and of the
/// direction to the sequence, and takes it off acknowledgements and SACK blocks that come back.
/// </summary>
/// <param name="seed">From which the numbers of all flows follow.</param>
internal sealed class RewriteSequence(ulong seed) : Middlebox
{
    /// <inheritdoc/>
    private protected override void Handle(Packet packet, Heading heading, Instant now)
    {
        if (TcpFrame.TryRead(packet.Span, out var frame))
        {
            Meddled++;
            var (near, far) = heading == Heading.Up ? (frame.SourcePort, frame.DestinationPort) : (frame.DestinationPort, frame.SourcePort);
            frame.SetSequence(frame.Sequence + OffsetOf(near, far, heading));
            if (frame.Has(TcpFrame.Ack))
            {
                var back = OffsetOf(near, far, heading == Heading.Up ? Heading.Down : Heading.Up);
                frame.SetAcknowledgement(frame.Acknowledgement - back);
                RewriteSack(frame, back);
            }
        }

        Pass(packet, heading, now);
    }

    private uint OffsetOf(ushort near, ushort far, Heading heading) =>
        (uint)((seed ^ ((ulong)near << 17) ^ ((ulong)far << 1) ^ (ulong)heading) * 0x9E3779B97F4A7C15 >> 32);

    // Eight bytes a block behind kind and length (RFC 2018 section 3).
    private static void RewriteSack(in TcpFrame frame, uint offset)
    {
        Span<byte> changed = stackalloc byte[40];
        var options = new TcpOptionList(frame.Options);
        while (options.MoveNext())
        {
            if (options.Kind == TcpOptionList.Sack)
            {
                var edges = changed[..((options.Current.Length - 2) & ~3)];
                options.Current[2..(2 + edges.Length)].CopyTo(edges);
                for (var at = 0; at < edges.Length; at += sizeof(uint))
                {
                    BinaryPrimitives.WriteUInt32BigEndian(edges[at..], BinaryPrimitives.ReadUInt32BigEndian(edges[at..]) - offset);
                }

                frame.Overwrite(frame.HeaderLength - frame.Options.Length + options.At + 2, edges);
            }
        }
    }
}
