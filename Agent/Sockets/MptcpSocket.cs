using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Sockets;

/// <summary>
/// An MPTCP socket of the kernel for .NET programs. All that moves data is done on <see cref="Socket"/>, as with TCP; this adds how to
/// make one and what only MPTCP knows. A connection whose peer or path does not speak MPTCP is plain TCP, and <see cref="IsMptcp"/> says
/// so.
/// </summary>
public sealed class MptcpSocket : IDisposable
{
    private const int ProtocolMptcp = 262;
    private const int TcpCongestion = 13;
    private const int TcpIsMptcp = 43;

    /// <summary>TCP_CA_NAME_MAX.</summary>
    private const int CongestionNameSize = 16;

    private MptcpSocket(Socket socket) => Socket = socket;

    /// <summary>The socket itself. Owned by this object.</summary>
    public Socket Socket { get; }

    /// <summary>Whether the connection is MPTCP still; false after a fallback to TCP.</summary>
    /// <exception cref="SocketException">The socket is closed.</exception>
    public bool IsMptcp => OptionBytes(Socket, (int)SocketOptionLevel.Tcp, TcpIsMptcp, sizeof(int)) is { } value
        && MemoryMarshal.Read<int>(value) != 0;

    /// <summary>State and counters of the connection; null once it is plain TCP.</summary>
    public MptcpInfo? Info => MptcpSocketOptions.Info(Socket);

    /// <summary>TCP's measurements on each subflow; empty once the connection is plain TCP.</summary>
    public ImmutableArray<TcpInfo> SubflowInfo => MptcpSocketOptions.SubflowInfo(Socket);

    /// <summary>Both ends of each subflow; empty once the connection is plain TCP.</summary>
    public ImmutableArray<SubflowEnds> Subflows => MptcpSocketOptions.Subflows(Socket);

    /// <summary>All of these in one call of the kernel (Linux 6.6); null on an older one and once the connection is plain TCP.</summary>
    public MptcpFullInfo? FullInfo => MptcpSocketOptions.FullInfo(Socket);

    /// <summary>Makes a socket.</summary>
    /// <param name="family">IPv4, or IPv6, which serves IPv4 too when <see cref="Socket.DualMode"/> is set.</param>
    /// <exception cref="MptcpUnavailableException">MPTCP is switched off, or this kernel has none.</exception>
    public static MptcpSocket Create(AddressFamily family)
    {
        var domain = family switch
        {
            AddressFamily.InterNetwork => Libc.AfInet,
            AddressFamily.InterNetworkV6 => Libc.AfInet6,
            _ => throw new ArgumentOutOfRangeException(nameof(family), family, "MPTCP runs over IPv4 and IPv6 only."),
        };
        var descriptor = Libc.Socket(domain, Libc.SockStream | Libc.SockCloseOnExec, ProtocolMptcp);
        return descriptor < 0
            ? throw new MptcpUnavailableException(Marshal.GetLastPInvokeError())
            : new MptcpSocket(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)));
    }

    /// <summary>Opens a connection.</summary>
    /// <param name="remote">The server.</param>
    /// <param name="local">The address of the initial subflow; null for what the routes say.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="MptcpUnavailableException">No MPTCP on this host.</exception>
    /// <exception cref="SocketException">The connection failed.</exception>
    public static async Task<MptcpSocket> ConnectAsync(IPEndPoint remote, IPAddress? local = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        var socket = Create(remote.AddressFamily);
        try
        {
            if (local is not null)
            {
                socket.Socket.Bind(new IPEndPoint(local, 0));
            }

            await socket.Socket.ConnectAsync(remote, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Listens. On a host with several addresses take the wildcard address: joins to the others are reset else.</summary>
    /// <exception cref="MptcpUnavailableException">No MPTCP on this host.</exception>
    /// <exception cref="SocketException">The address is taken.</exception>
    public static MptcpSocket Listen(IPEndPoint local, int backlog = 128)
    {
        ArgumentNullException.ThrowIfNull(local);
        var socket = Create(local.AddressFamily);
        try
        {
            socket.Socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Socket.Bind(local);
            socket.Socket.Listen(backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for a connection, of MPTCP or plain TCP: see <see cref="IsMptcp"/>.</summary>
    public async Task<MptcpSocket> AcceptAsync(CancellationToken cancellation = default) => new(await Socket.AcceptAsync(cancellation));

    /// <summary>
    /// Chooses the congestion control of all subflows, those to come included; before connecting, of the first packet too.
    /// </summary>
    /// <param name="name">One of net.ipv4.tcp_available_congestion_control, such as "cubic".</param>
    /// <exception cref="SocketException">The kernel does not have it.</exception>
    public void SetCongestionControl(string name)
    {
        // Reading it first makes the kernel create the initial subflow; without any, it takes every name, even a wrong one.
        Span<byte> current = stackalloc byte[CongestionNameSize];
        _ = TryReadOption(Socket, (int)SocketOptionLevel.Tcp, TcpCongestion, current, out _);
        Socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpCongestion, Encoding.ASCII.GetBytes(name));
    }

    /// <summary>Looks at a socket that another part of the program has, of MPTCP or plain TCP; disposing either closes it.</summary>
    internal static MptcpSocket Of(Socket socket) => new(socket);

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    /// <summary>Reads an option; null where it does not apply (EOPNOTSUPP: the connection is plain TCP).</summary>
    internal static byte[]? OptionBytes(Socket socket, int level, int name, int size)
    {
        var value = new byte[size];
        return TryReadOption(socket, level, name, value, out var written) ? value[..written] : null;
    }

    /// <summary>Reads an option into a buffer that may hold what the kernel wants to be told first.</summary>
    /// <exception cref="SocketException">The socket is closed, or worse.</exception>
    internal static bool TryReadOption(Socket socket, int level, int name, Span<byte> value, out int written)
    {
        var length = (uint)value.Length;
        var result = Libc.GetSockOpt((int)socket.SafeHandle.DangerousGetHandle(), level, name, value, ref length);
        var errno = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        GC.KeepAlive(socket);
        written = (int)length;
        return errno switch
        {
            0 => true,
            Errno.NotSupported or Errno.NoProtocolOption => false,
            _ => throw new SocketException((int)SocketError.SocketError, $"Cannot read a socket option: {Errno.Name(errno)}."),
        };
    }
}

/// <summary>Both ends of a subflow.</summary>
public readonly record struct SubflowEnds(IPEndPoint Local, IPEndPoint Remote);

/// <summary>Everything about a connection, taken at one moment.</summary>
/// <param name="Connection">State and counters.</param>
/// <param name="Subflows">Each subflow: the kernel's number of it, never used twice; both ends; TCP's measurements.</param>
public sealed record MptcpFullInfo(MptcpInfo Connection, ImmutableArray<(uint Id, SubflowEnds Ends, TcpInfo Tcp)> Subflows);
