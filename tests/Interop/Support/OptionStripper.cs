using Multipath.Agent.DataPlanes.Tun;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Interop.Tests.Support;

/// <summary>
/// A middlebox that writes NOPs over MPTCP options. It leaves checksums alone, so that it works where they are left to the device:
/// with offload.
/// </summary>
/// <param name="inner">The stack.</param>
/// <param name="picks">Given the TCP header, whether to strip this packet.</param>
internal sealed class OptionStripper(IPacketHandler inner, Func<TcpSight, bool> picks) : IPacketHandler
{
    private const byte Tcp = 6;
    private const byte KindEnd = 0;
    private const byte KindNop = 1;
    private const byte KindMultipath = 30;

    private readonly byte[] _copy = new byte[65_536];

    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now)
    {
        packet.CopyTo(_copy);
        Strip(_copy.AsSpan(0, packet.Length), incoming: true);
        inner.HandlePacket(_copy.AsSpan(0, packet.Length), info with { ChecksumTrusted = true }, now);
    }

    public Instant PollTimeout() => inner.PollTimeout();

    public void HandleTimeout(Instant now) => inner.HandleTimeout(now);

    public void HandleRound(Instant now) => inner.HandleRound(now);

    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now)
    {
        var length = inner.PollTransmit(buffer, out info, now);
        if (length > 0)
        {
            Strip(buffer[..length], incoming: false);
        }

        return length;
    }

    public void HandleStop(Exception? failure) => inner.HandleStop(failure);

    private void Strip(Span<byte> packet, bool incoming)
    {
        var version4 = packet[0] >> 4 == 4;
        var tcp = packet[(version4 ? 20 : 40)..];
        var protocol = version4 ? packet[9] : packet[6];
        var kernels = (version4, incoming) switch
        {
            (true, true) => packet[14],
            (true, false) => packet[18],
            (false, true) => packet[11],
            _ => packet[27],
        };
        if (protocol != Tcp || !picks(new TcpSight(kernels, tcp[13], incoming)))
        {
            return;
        }

        var options = tcp[20..((tcp[12] >> 4) * 4)];
        for (var at = 0; at < options.Length && options[at] != KindEnd;)
        {
            var length = options[at] == KindNop ? 1 : options[at + 1];
            if (options[at] == KindMultipath)
            {
                options.Slice(at, length).Fill(KindNop);
            }

            at += length;
        }
    }
}

/// <summary>What a middlebox sees of a packet.</summary>
/// <param name="Path">The number of the path in the kernel's address.</param>
/// <param name="Flags">Of the TCP header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16.</param>
/// <param name="Incoming">Towards the stack.</param>
internal readonly record struct TcpSight(byte Path, byte Flags, bool Incoming)
{
    internal bool IsSyn => (Flags & 2) != 0;
}
