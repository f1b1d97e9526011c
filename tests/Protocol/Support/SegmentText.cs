using System.Globalization;
using System.Text;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Support;

/// <summary>
/// Segments as text, with numbers relative to the initial ones: <c>P. 1:1001(1000) ack 1 win 500 sack 2001:3001 ts 7 ecr 5</c>.
/// Flags are S, F, P, R and "." for ACK; on a SYN also <c>mss 1000 scale 7 sackok</c>. A window that is left out is 65535.
/// </summary>
internal static class SegmentText
{
    private static readonly (TcpFlags Flag, char Letter)[] Letters =
        [(TcpFlags.Syn, 'S'), (TcpFlags.Fin, 'F'), (TcpFlags.Psh, 'P'), (TcpFlags.Rst, 'R'), (TcpFlags.Ack, '.')];

    private static readonly byte[] Payload = new byte[1 << 17];

    public static string Format(in SegmentPlan plan, Seq32 own, Seq32 peer)
    {
        ref readonly var header = ref plan.Header;
        var text = new StringBuilder();
        foreach (var (flag, letter) in Letters)
        {
            text.Append((header.Flags & flag) != 0 ? letter.ToString() : "");
        }

        var start = header.Seq - own;
        text.Append(CultureInfo.InvariantCulture, $" {start}:{start + plan.PayloadLength}({plan.PayloadLength})");
        if ((header.Flags & TcpFlags.Ack) != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" ack {header.Ack - peer}");
        }

        for (var i = 0; i < header.Options.Sack.Count; i++)
        {
            var block = header.Options.Sack[i];
            text.Append(CultureInfo.InvariantCulture, $" sack {block.Start - peer}:{block.End - peer}");
        }

        return text.ToString();
    }

    public static ParsedPacket Parse(string text, Seq32 own, Seq32 peer)
    {
        var packet = default(ParsedPacket);
        packet.Window = ushort.MaxValue;
        var words = text.Split(' ');
        foreach (var (flag, letter) in Letters)
        {
            packet.Flags |= words[0].Contains(letter, StringComparison.Ordinal) ? flag : TcpFlags.None;
        }

        var range = words[1].Split(':', '(');
        packet.Seq = peer + Number(range[0]);
        packet.Payload = Payload.AsSpan(0, Number(range[1]) - Number(range[0]));
        for (var i = 2; i < words.Length; i += 2)
        {
            ParseOption(ref packet, words[i], i + 1 < words.Length ? words[i + 1] : "", own);
            i -= words[i] == "sackok" ? 1 : 0;
        }

        return packet;
    }

    private static void ParseOption(ref ParsedPacket packet, string name, string value, Seq32 own)
    {
        switch (name)
        {
            case "ack":
                packet.Ack = own + Number(value);
                break;
            case "win":
                packet.Window = (ushort)Number(value);
                break;
            case "sack":
                var edges = value.Split(':');
                packet.Options.Sack.TryAdd(new SackBlock(own + Number(edges[0]), own + Number(edges[1])));
                break;
            case "ts":
                packet.Options.Timestamps = new TcpTimestamps(uint.Parse(value, CultureInfo.InvariantCulture), 0);
                break;
            case "ecr":
                packet.Options.Timestamps =
                    packet.Options.Timestamps!.Value with { Echo = uint.Parse(value, CultureInfo.InvariantCulture) };
                break;
            case "mss":
                packet.Options.Mss = (ushort)Number(value);
                break;
            case "scale":
                packet.Options.WindowScale = (byte)Number(value);
                break;
            case "sackok":
                packet.Options.SackPermitted = true;
                break;
            default:
                throw new FormatException($"'{name}' is no part of a segment.");
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
