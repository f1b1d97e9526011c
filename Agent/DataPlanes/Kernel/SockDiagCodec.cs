using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Multipath.Agent.Interop;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>Requests and answers of sock_diag for TCP and MPTCP (linux/inet_diag.h).</summary>
internal static class SockDiagCodec
{
    internal const int RequestSize = 56;

    /// <summary>A finished <see cref="Lookup"/>.</summary>
    internal const int LookupSize = NetlinkConstants.HeaderSize + RequestSize;

    internal const int MptcpProtocol = 262;
    internal const int TcpProtocol = 6;

    private const ushort TypeByFamily = 20;
    private const ushort TypeDestroy = 21;
    private const ushort RequestAttributeProtocol = 3;

    private const int ReplyHeaderSize = 72;
    private const ushort ReplyInfo = 2;
    private const ushort ReplyCongestion = 4;
    private const ushort ReplyUlp = 19;
    private const ushort UlpMptcp = 3;

    private const byte AskInfo = 1 << (ReplyInfo - 1);
    private const byte AskCongestion = 1 << (ReplyCongestion - 1);

    /// <summary>All states in which a connection can carry data or still has some to deliver; no listeners, no TIME_WAIT.</summary>
    private const uint LiveStates = (1 << (int)TcpState.Established) | (1 << (int)TcpState.SynSent) | (1 << (int)TcpState.SynReceived)
        | (1 << (int)TcpState.FinWait1) | (1 << (int)TcpState.FinWait2) | (1 << (int)TcpState.CloseWait)
        | (1 << (int)TcpState.LastAck) | (1 << (int)TcpState.Closing);

    /// <summary>
    /// Asks for all live sockets of a family: AF_INET or AF_INET6, which has the IPv4 connections of dual-stack sockets.
    /// </summary>
    internal static Span<byte> Dump(Span<byte> buffer, int family, int protocol)
    {
        var writer = new NetlinkWriter(buffer, TypeByFamily, NetlinkConstants.FlagDump);
        Span<byte> request = stackalloc byte[RequestSize];
        Fill(request, (byte)family, LiveStates);
        writer.Raw(request);
        WriteProtocol(ref writer, protocol);
        return writer.Finish();
    }

    /// <summary>Asks for one TCP socket by its addresses, ports and interface.</summary>
    internal static Span<byte> Lookup(Span<byte> buffer, in SubflowSocket socket)
    {
        var writer = new NetlinkWriter(buffer, TypeByFamily, 0);
        WriteTuple(ref writer, socket.Tuple, socket.InterfaceIndex);
        return writer.Finish();
    }

    /// <summary>
    /// Closes one TCP socket as if by a reset: its program sees ECONNABORTED, an MPTCP connection goes on over its other subflows.
    /// </summary>
    internal static Span<byte> Destroy(Span<byte> buffer, in FourTuple tuple)
    {
        var writer = new NetlinkWriter(buffer, TypeDestroy, NetlinkConstants.FlagAck);
        WriteTuple(ref writer, tuple);
        return writer.Finish();
    }

    /// <summary>Asks for one MPTCP connection by its token, which the kernel takes in the place of the cookie.</summary>
    internal static Span<byte> LookupToken(Span<byte> buffer, uint token)
    {
        var writer = new NetlinkWriter(buffer, TypeByFamily, 0);
        Span<byte> request = stackalloc byte[RequestSize];
        Fill(request, Libc.AfInet, LiveStates);
        MemoryMarshal.Write(request[48..], token);
        writer.Raw(request);
        WriteProtocol(ref writer, MptcpProtocol);
        return writer.Finish();
    }

    /// <summary>
    /// Reads one answer (<c>struct inet_diag_msg</c>, then attributes). False for what is too short or of another family.
    /// </summary>
    internal static bool TryRead(ReadOnlySpan<byte> payload, out DiagSocket socket)
    {
        socket = default;
        if (payload.Length < ReplyHeaderSize || payload[0] is not (Libc.AfInet or Libc.AfInet6))
        {
            return false;
        }

        ReadOnlySpan<byte> info = default;
        ReadOnlySpan<byte> congestion = default;
        ReadOnlySpan<byte> mptcp = default;
        var attributes = new NetlinkAttributes(payload[ReplyHeaderSize..]);
        while (attributes.TryNext(out var attribute))
        {
            switch (attribute.Type)
            {
                case ReplyInfo:
                    info = attribute.Value;
                    break;
                case ReplyCongestion:
                    congestion = attribute.Value;
                    break;
                case ReplyUlp:
                    mptcp = FindMptcp(attribute.Nested);
                    break;
            }
        }

        socket = new DiagSocket(payload[..ReplyHeaderSize], info, congestion, mptcp);
        return true;
    }

    private static ReadOnlySpan<byte> FindMptcp(NetlinkAttributes ulp)
    {
        while (ulp.TryNext(out var attribute))
        {
            if (attribute.Type == UlpMptcp)
            {
                return attribute.Value;
            }
        }

        return default;
    }

    private static void WriteTuple(ref NetlinkWriter writer, in FourTuple tuple, int interfaceIndex = 0)
    {
        Span<byte> request = stackalloc byte[RequestSize];
        var v4 = tuple.LocalAddress.AddressFamily == AddressFamily.InterNetwork;
        Fill(request, (byte)(v4 ? Libc.AfInet : Libc.AfInet6), LiveStates);
        BinaryPrimitives.WriteUInt16BigEndian(request[8..], tuple.LocalPort);
        BinaryPrimitives.WriteUInt16BigEndian(request[10..], tuple.RemotePort);
        _ = tuple.LocalAddress.TryWriteBytes(request.Slice(12, 16), out _);
        _ = tuple.RemoteAddress.TryWriteBytes(request.Slice(28, 16), out _);
        MemoryMarshal.Write(request[44..], interfaceIndex);
        writer.Raw(request);
    }

    private static void Fill(Span<byte> request, byte family, uint states)
    {
        request.Clear();
        request[0] = family;
        request[1] = TcpProtocol;
        request[2] = AskInfo | AskCongestion;
        MemoryMarshal.Write(request[4..], states);
        // INET_DIAG_NOCOOKIE: any socket with these addresses will do.
        request[48..].Fill(0xff);
    }

    private static void WriteProtocol(ref NetlinkWriter writer, int protocol)
    {
        if (protocol == MptcpProtocol)
        {
            writer.U32(RequestAttributeProtocol, MptcpProtocol);
        }
    }
}

/// <summary>A view over one answer of sock_diag.</summary>
internal readonly ref struct DiagSocket(
    ReadOnlySpan<byte> header, ReadOnlySpan<byte> info, ReadOnlySpan<byte> congestion, ReadOnlySpan<byte> mptcp)
{
    private readonly ReadOnlySpan<byte> _header = header;
    private readonly ReadOnlySpan<byte> _congestion = congestion;

    /// <summary>tcp_info or mptcp_info; empty if the kernel gave none.</summary>
    internal ReadOnlySpan<byte> Info { get; } = info;

    /// <summary>The attributes that tell of a TCP socket which MPTCP connection it is a subflow of; empty if of none.</summary>
    internal ReadOnlySpan<byte> Mptcp { get; } = mptcp;

    /// <summary>Name of the congestion control.</summary>
    internal string Congestion => new NetlinkAttribute(0, _congestion).Text;

    internal TcpState State => (TcpState)_header[1];

    internal FourTuple Tuple => new(
        ReadAddress(_header.Slice(8, 16)), BinaryPrimitives.ReadUInt16BigEndian(_header[4..]),
        ReadAddress(_header.Slice(24, 16)), BinaryPrimitives.ReadUInt16BigEndian(_header[6..]));

    internal int InterfaceIndex => MemoryMarshal.Read<int>(_header[40..]);

    internal uint UserId => MemoryMarshal.Read<uint>(_header[64..]);

    internal uint Inode => MemoryMarshal.Read<uint>(_header[68..]);

    private IPAddress ReadAddress(ReadOnlySpan<byte> field) => new(_header[0] == Libc.AfInet ? field[..4] : field);
}
