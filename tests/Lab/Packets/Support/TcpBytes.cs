using System.Buffers.Binary;
using Multipath.Lab.Packets.Middleboxes;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Tests.Packets.Support;

/// <summary>A TCP segment in an IP packet, to be written as bytes.</summary>
internal sealed record TcpBytes
{
    internal static readonly IpAddr Near = IpAddr.Parse("10.0.0.1");
    internal static readonly IpAddr Far = IpAddr.Parse("10.9.0.1");

    internal IpAddr Source { get; init; } = Near;

    internal IpAddr Destination { get; init; } = Far;

    internal ushort SourcePort { get; init; } = 40_000;

    internal ushort DestinationPort { get; init; } = 443;

    internal uint Sequence { get; init; } = 1000;

    internal uint Acknowledgement { get; init; } = 2000;

    internal byte Flags { get; init; } = TcpFrame.Ack;

    internal ushort Window { get; init; } = 500;

    /// <summary>A multiple of four bytes.</summary>
    internal byte[] Options { get; init; } = [];

    internal byte[] Payload { get; init; } = [];

    /// <summary>DSS with a data ACK and a mapping, both of eight bytes, and two no-operations; RFC 8684 section 3.3.</summary>
    internal static byte[] Dss(ulong ack, ulong dsn, uint ssn, ushort length)
    {
        byte[] option = [30, 26, 0x20, 0x0F, .. new byte[22], 1, 1];
        BinaryPrimitives.WriteUInt64BigEndian(option.AsSpan(4), ack);
        BinaryPrimitives.WriteUInt64BigEndian(option.AsSpan(12), dsn);
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(20), ssn);
        BinaryPrimitives.WriteUInt16BigEndian(option.AsSpan(24), length);
        return option;
    }

    /// <summary>MP_JOIN of a SYN; RFC 8684 section 3.2.</summary>
    internal static byte[] Join() => [30, 12, 0x10, 1, 1, 2, 3, 4, 5, 6, 7, 8];

    /// <summary>Echo of an ADD_ADDR for IPv4; RFC 8684 section 3.4.1.</summary>
    internal static byte[] AddAddress() => [30, 8, 0x31, 7, 10, 9, 0, 2];

    internal static byte[] Data(int length) => [.. Enumerable.Range(0, length).Select(index => (byte)(index * 7))];

    internal byte[] ToPacket()
    {
        var ipLength = Source.IsV4 ? 20 : 40;
        var bytes = new byte[ipLength + 20 + Options.Length + Payload.Length];
        if (Source.IsV4)
        {
            (bytes[0], bytes[8], bytes[9]) = (0x45, 64, 6);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)bytes.Length);
            Source.Write(bytes.AsSpan(12));
            Destination.Write(bytes.AsSpan(16));
        }
        else
        {
            (bytes[0], bytes[6], bytes[7]) = (0x60, 6, 64);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)(bytes.Length - ipLength));
            Source.Write(bytes.AsSpan(8));
            Destination.Write(bytes.AsSpan(24));
        }

        var tcp = bytes.AsSpan(ipLength);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], Acknowledgement);
        tcp[12] = (byte)((20 + Options.Length) / 4 << 4);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], Window);
        Options.CopyTo(tcp[20..]);
        Payload.CopyTo(tcp[(20 + Options.Length)..]);
        Assert.True(TcpFrame.TryRead(bytes, out var frame));
        frame.Seal(Flags);
        return bytes;
    }
}
