using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Wire;

/// <summary>A segment that can be written, drawn from a seed: every option and every form of it comes up.</summary>
internal sealed class AnySegment
{
    private const int MaxPayload = 3000;

    private readonly SeededEntropy _entropy;

    public AnySegment(ulong seed)
    {
        _entropy = new SeededEntropy(seed);
        var isV4 = Chance(50);
        Tuple = new FourTuple(AnyEndpoint(isV4), AnyEndpoint(isV4));
        Header.Seq = new Seq32(Next32());
        Header.Ack = new Seq32(Next32());
        Header.Flags = (TcpFlags)_entropy.Below(256);
        Header.Window = Next16();
        AddOptions();
        Payload = new byte[Chance(30) ? 0 : _entropy.Below(MaxPayload)];
        _entropy.Fill(Payload);
        Cut = _entropy.Below(Payload.Length + 1);
    }

    public FourTuple Tuple { get; }

    public byte[] Payload { get; }

    /// <summary>Where the payload is cut into two spans.</summary>
    public int Cut { get; }

    public SegmentHeader Header;

    public byte[] ToPacket(ChecksumMode mode = ChecksumMode.Full)
    {
        var buffer = new byte[MaxPayload + 100];
        var length = PacketWriter.Write(buffer, Tuple, Header, Payload.AsSpan(0, Cut), Payload.AsSpan(Cut), mode);
        return buffer[..length];
    }

    private void AddOptions()
    {
        for (var tries = _entropy.Below(6); tries > 0; tries--)
        {
            var before = Header.Options;
            AddOption();
            if (Header.Options.Length > TcpOptions.MaxLength)
            {
                Header.Options = before;
            }
        }
    }

    private void AddOption()
    {
        switch (_entropy.Below(14))
        {
            case 0:
                Header.Options.Mss = Next16();
                break;
            case 1:
                Header.Options.WindowScale = (byte)_entropy.Below(TcpOptions.MaxWindowScale + 1);
                break;
            case 2:
                Header.Options.SackPermitted = true;
                break;
            case 3:
                Header.Options.Timestamps = new TcpTimestamps(Next32(), Next32());
                break;
            case 4:
                Header.Options.Sack.TryAdd(new SackBlock(new Seq32(Next32()), new Seq32(Next32())));
                break;
            case 5:
                Header.Options.Mptcp.Set(AnyCapable());
                break;
            case 6:
                Header.Options.Mptcp.Set(AnyJoin());
                break;
            case 7:
                var address = AddAddr.Announce(Next8(), AnyEndpoint(Chance(50)).Address, Chance(50) ? (ushort)0 : Next16(), Next64());
                Header.Options.Mptcp.Set(Chance(50) ? address : address.ToEcho());
                break;
            case 8:
                var removed = new RemoveAddr(Next8());
                for (var more = _entropy.Below(RemoveAddr.MaxCount); more > 0; more--)
                {
                    removed.TryAdd(Next8());
                }

                Header.Options.Mptcp.Set(removed);
                break;
            case 9:
                Header.Options.Mptcp.Set(new MpPrio(Chance(50)));
                break;
            case 10:
                Header.Options.Mptcp.Set(new MpFail(new Dsn64(Next64())));
                break;
            case 11:
                Header.Options.Mptcp.Set(new MpFastClose(Next64()));
                break;
            case 12:
                Header.Options.Mptcp.Set(new MpReset((ResetFlags)_entropy.Below(16), (ResetReason)Next8()));
                break;
            default:
                Header.Options.Mptcp.Set(AnyDss());
                break;
        }
    }

    private MpCapable AnyCapable()
    {
        var flags = (CapableFlags)Next8() & ~CapableFlags.Extension;
        var capable = _entropy.Below(5) switch
        {
            0 => MpCapable.Syn(flags),
            1 => MpCapable.SynAck(flags, Next64()),
            2 => MpCapable.Ack(flags, Next64(), Next64()),
            3 => MpCapable.Data(flags, Next64(), Next64(), Next16(), null),
            _ => MpCapable.Data(flags, Next64(), Next64(), Next16(), Next16()),
        };
        return capable with { Version = (byte)_entropy.Below(16) };
    }

    private MpJoin AnyJoin() => _entropy.Below(3) switch
    {
        0 => MpJoin.Syn(Chance(50), Next8(), Next32(), Next32()),
        1 => MpJoin.SynAck(Chance(50), Next8(), Next64(), Next32()),
        _ => MpJoin.Ack(new Hmac160(Next64(), Next64(), Next32())),
    };

    private Dss AnyDss()
    {
        var dss = Chance(70) ? Dss.Ack(new Dsn64(Next64()), Chance(50)) : default;
        if (Chance(70))
        {
            dss = dss.WithMap(new Dsn64(Next64()), Next32(), Next16(), Chance(50));
            dss = Chance(30) ? dss.WithDataFin() : dss;
            dss = Chance(50) ? dss.WithChecksum(Next16()) : dss;
        }

        return dss;
    }

    private Endpoint AnyEndpoint(bool isV4) =>
        new(isV4 ? IpAddr.V4(0x0A00_0000 | (Next32() >> 8)) : IpAddr.V6(0x2001_0DB8_0000_0000ul | Next32(), Next64()), Next16());

    private bool Chance(int percent) => _entropy.Below(100) < percent;

    private ulong Next64() => _entropy.NextUInt64();

    private uint Next32() => (uint)_entropy.NextUInt64();

    private ushort Next16() => (ushort)_entropy.NextUInt64();

    private byte Next8() => (byte)_entropy.NextUInt64();
}
