using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Middleboxes;

/// <summary>
/// Blanks MPTCP options with no-operations, as firewalls do that "normalise" TCP. Which ones is for its subtype set; from when on, for its
/// delay, as after a route change to a path with such a firewall.
/// </summary>
/// <param name="subtypes">What goes; none for all of them.</param>
/// <param name="from">When it begins.</param>
internal sealed class StripOptions(IReadOnlyList<MptcpSubtype> subtypes, Instant from = default) : Middlebox
{
    private readonly uint _set = subtypes.Count == 0 ? uint.MaxValue : subtypes.Aggregate(0u, (set, subtype) => set | (1u << (int)subtype));

    /// <inheritdoc/>
    private protected override void Handle(Packet packet, Heading heading, Instant now)
    {
        if (now >= from && TcpFrame.TryRead(packet.Span, out var frame))
        {
            Strip(frame);
        }

        Pass(packet, heading, now);
    }

    private void Strip(in TcpFrame frame)
    {
        Span<byte> blank = stackalloc byte[40];
        blank.Fill(TcpOptionList.NoOperation);
        var options = new TcpOptionList(frame.Options);
        while (options.MoveNext())
        {
            if (options.Kind == TcpOptionList.Mptcp && (_set & (1u << (int)options.Subtype)) != 0)
            {
                Meddled++;
                frame.Overwrite(frame.HeaderLength - frame.Options.Length + options.At, blank[..options.Current.Length]);
            }
        }
    }
}
