using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Sockets;

/// <summary>The socket options of level SOL_MPTCP (linux/mptcp.h).</summary>
internal static class MptcpSocketOptions
{
    private const int Level = 284;
    private const int OptionInfo = 1;
    private const int OptionTcpInfo = 2;
    private const int OptionSubflowAddresses = 3;
    private const int OptionFullInfo = 4;

    /// <summary>Room for a kernel to add to mptcp_info, which has 96 bytes in Linux 6.18.</summary>
    private const int InfoCapacity = 256;

    /// <summary><c>struct mptcp_subflow_data</c>: its own size, number of subflows, size of an element in the kernel, and ours.</summary>
    private const int DataHeader = 16;
    private const int TcpInfoSize = 280;
    private const int SubflowAddressesSize = 256;
    private const int RemoteOffset = 128;

    /// <summary><c>struct mptcp_full_info</c>: six sizes and numbers, two pointers to arrays, then mptcp_info.</summary>
    private const int FullHeader = 40;
    private const int SubflowInfoSize = 264;
    private const int SubflowInfoAddresses = 8;

    /// <summary>The kernel's path managers stop at 8 further subflows; a program that joins more from afar is cut here.</summary>
    private const int MostSubflows = 64;

    internal static MptcpInfo? Info(Socket socket) =>
        MptcpSocket.OptionBytes(socket, Level, OptionInfo, InfoCapacity) is { } bytes ? MptcpInfo.Read(bytes) : null;

    internal static ImmutableArray<TcpInfo> SubflowInfo(Socket socket) => Elements(socket, OptionTcpInfo, TcpInfoSize, TcpInfo.Read);

    internal static ImmutableArray<SubflowEnds> Subflows(Socket socket) =>
        Elements(socket, OptionSubflowAddresses, SubflowAddressesSize, ReadEnds);

    internal static unsafe MptcpFullInfo? FullInfo(Socket socket)
    {
        var value = new byte[FullHeader + InfoCapacity];
        var subflows = new byte[MostSubflows * SubflowInfoSize];
        var tcp = new byte[MostSubflows * TcpInfoSize];
        fixed (byte* subflowPointer = subflows, tcpPointer = tcp)
        {
            MemoryMarshal.Write(value.AsSpan(4), TcpInfoSize);
            MemoryMarshal.Write(value.AsSpan(12), SubflowInfoSize);
            MemoryMarshal.Write(value.AsSpan(20), MostSubflows);
            MemoryMarshal.Write(value.AsSpan(24), (ulong)subflowPointer);
            MemoryMarshal.Write(value.AsSpan(32), (ulong)tcpPointer);
            if (!MptcpSocket.TryReadOption(socket, Level, OptionFullInfo, value, out _))
            {
                return null;
            }
        }

        var count = Math.Min(MemoryMarshal.Read<int>(value.AsSpan(16)), MostSubflows);
        var list = ImmutableArray.CreateBuilder<(uint, SubflowEnds, TcpInfo)>(count);
        for (var i = 0; i < count; i++)
        {
            var element = subflows.AsSpan(i * SubflowInfoSize, SubflowInfoSize);
            list.Add((MemoryMarshal.Read<uint>(element), ReadEnds(element[SubflowInfoAddresses..]),
                TcpInfo.Read(tcp.AsSpan(i * TcpInfoSize, TcpInfoSize))));
        }

        return new MptcpFullInfo(MptcpInfo.Read(value.AsSpan(FullHeader)), list.MoveToImmutable());
    }

    private static ImmutableArray<T> Elements<T>(Socket socket, int option, int size, Func<ReadOnlySpan<byte>, T> read)
    {
        var value = new byte[DataHeader + (MostSubflows * size)];
        MemoryMarshal.Write(value, DataHeader);
        MemoryMarshal.Write(value.AsSpan(12), size);
        if (!MptcpSocket.TryReadOption(socket, Level, option, value, out _))
        {
            return [];
        }

        var count = Math.Min(MemoryMarshal.Read<int>(value.AsSpan(4)), MostSubflows);
        var list = ImmutableArray.CreateBuilder<T>(count);
        for (var i = 0; i < count; i++)
        {
            list.Add(read(value.AsSpan(DataHeader + (i * size), size)));
        }

        return list.MoveToImmutable();
    }

    /// <summary><c>struct mptcp_subflow_addrs</c>: two sockaddr_storage.</summary>
    private static SubflowEnds ReadEnds(ReadOnlySpan<byte> bytes) => new(ReadEnd(bytes), ReadEnd(bytes[RemoteOffset..]));

    private static IPEndPoint ReadEnd(ReadOnlySpan<byte> bytes) => new(
        MemoryMarshal.Read<ushort>(bytes) == Libc.AfInet ? new IPAddress(bytes.Slice(4, 4)) : new IPAddress(bytes.Slice(8, 16)),
        BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
}
