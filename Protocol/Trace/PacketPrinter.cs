using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Trace;

/// <summary>Says in one line what a packet says, for traces and for the messages of failed tests.</summary>
public static class PacketPrinter
{
    private const string FlagLetters = "FSRPAUEC";

    /// <summary>The line of a packet.</summary>
    /// <param name="packet">Whatever was sent; what is no TCP is named with its fault.</param>
    public static string Print(ReadOnlySpan<byte> packet)
    {
        var fault = PacketParser.Parse(packet, checksumTrusted: true, out var parsed);
        if (fault == PacketFault.None)
        {
            return Print(in parsed);
        }

        return PacketTooBig.TryParse(packet, out var notice)
            ? $"{notice.Tuple} seq {notice.Seq} too big, mtu {notice.Mtu}"
            : $"{fault}, {packet.Length} bytes";
    }

    /// <summary>The line of a segment, such as <c>10.0.0.1:80 > 10.0.0.2:999 [SA] seq 1 ack 2 win 3 len 0 &lt;mss 1460&gt;</c>.</summary>
    /// <param name="packet">A segment that was parsed.</param>
    public static string Print(in ParsedPacket packet)
    {
        var ack = packet.Has(TcpFlags.Ack) ? $" ack {packet.Ack}" : "";
        var options = Describe(in packet.Options);
        var list = options.Count == 0 ? "" : $" <{string.Join(", ", options)}>";
        return $"{packet.Tuple.Remote} > {packet.Tuple.Local} [{Letters(packet.Flags)}] seq {packet.Seq}{ack} win {packet.Window} "
            + $"len {packet.Payload.Length}{list}";
    }

    private static string Letters(TcpFlags flags) =>
        string.Concat(FlagLetters.Where((_, bit) => ((int)flags & (1 << bit)) != 0));

    private static List<string> Describe(in TcpOptions options)
    {
        var list = new List<string>();
        if (options.Mss is { } mss)
        {
            list.Add($"mss {mss}");
        }

        if (options.SackPermitted)
        {
            list.Add("sackOK");
        }

        if (options.Timestamps is { } timestamps)
        {
            list.Add($"ts {timestamps.Value}/{timestamps.Echo}");
        }

        if (options.WindowScale is { } shift)
        {
            list.Add($"wscale {shift}");
        }

        for (var i = 0; i < options.Sack.Count; i++)
        {
            list.Add($"sack {options.Sack[i].Start}-{options.Sack[i].End}");
        }

        list.AddRange(MptcpPrinter.Describe(options.Mptcp));
        return list;
    }
}
