using Multipath.Agent.Netlink;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>
/// What the kernel knows of one subflow: its place in the connection (linux/mptcp.h, MPTCP_SUBFLOW_ATTR_*) and TCP's measurements.
/// </summary>
internal readonly record struct SubflowStats
{
    private const int FlagBackupByPeer = 1 << 4;
    private const int FlagBackupByUs = 1 << 5;

    /// <summary>This host's token of the connection.</summary>
    internal uint Token { get; private init; }

    /// <summary>
    /// The peer's token of the connection; 0 where the kernel never computed it, as at the server's end of the initial subflow.
    /// </summary>
    internal uint RemoteToken { get; private init; }

    /// <summary>MPTCP_SUBFLOW_FLAG_*.</summary>
    internal uint Flags { get; private init; }

    internal byte LocalId { get; private init; }

    internal byte RemoteId { get; private init; }

    /// <summary>What TCP measures.</summary>
    internal TcpInfo Tcp { get; private init; }

    /// <summary>Whether the peer asked us not to send on it.</summary>
    internal bool BackupByPeer => (Flags & FlagBackupByPeer) != 0;

    /// <summary>Whether we asked the peer not to send on it.</summary>
    internal bool BackupByUs => (Flags & FlagBackupByUs) != 0;

    internal bool Backup => (Flags & (FlagBackupByPeer | FlagBackupByUs)) != 0;

    /// <summary>Data may still leave on it: not while it is being made, nor after it was closed.</summary>
    internal bool CanSend => Tcp.State is TcpState.Established or TcpState.CloseWait;

    /// <summary>Which end opened it, and whether as first or as further subflow.</summary>
    internal SubflowOrigin Origin => (Flags & 0xf) switch
    {
        var f when (f & 0b0010) != 0 => SubflowOrigin.InitialByUs,
        var f when (f & 0b1000) != 0 => SubflowOrigin.JoinByUs,
        var f when (f & 0b0100) != 0 => SubflowOrigin.JoinByPeer,
        var f when (f & 0b0001) != 0 => SubflowOrigin.InitialByPeer,
        _ => SubflowOrigin.Unknown,
    };

    /// <summary>
    /// Reads an answer; false for a TCP socket that is no subflow, and for what is left of a closed one: it says its farewells in
    /// FIN_WAIT for a while, still with its token, but no longer carries data.
    /// </summary>
    internal static bool TryRead(in DiagSocket socket, out SubflowStats stats)
    {
        stats = default;
        if (socket.Mptcp.IsEmpty || IsLeftOver(socket))
        {
            return false;
        }

        uint token = 0, remoteToken = 0, flags = 0;
        byte localId = 0, remoteId = 0;
        var attributes = new NetlinkAttributes(socket.Mptcp);
        while (attributes.TryNext(out var attribute))
        {
            switch (attribute.Type)
            {
                case 1:
                    remoteToken = attribute.U32;
                    break;
                case 2:
                    token = attribute.U32;
                    break;
                case 8:
                    flags = attribute.U32;
                    break;
                case 9:
                    remoteId = attribute.U8;
                    break;
                case 10:
                    localId = attribute.U8;
                    break;
            }
        }

        stats = new SubflowStats
        {
            Token = token,
            RemoteToken = remoteToken,
            Flags = flags,
            LocalId = localId,
            RemoteId = remoteId,
            Tcp = TcpInfo.Read(socket.Info),
        };
        return true;
    }

    /// <summary>
    /// A subflow in use has the inode of its connection. Without one it belongs to a connection that no program has (not accepted yet, or
    /// closed with data to deliver), and is then established or on its way there, or it was cut off from its connection.
    /// </summary>
    private static bool IsLeftOver(in DiagSocket socket) =>
        socket.Inode == 0 && socket.State is not (TcpState.Established or TcpState.SynSent or TcpState.SynReceived);
}

/// <summary>Who opened a subflow.</summary>
internal enum SubflowOrigin
{
    Unknown,
    InitialByUs,
    InitialByPeer,
    JoinByUs,
    JoinByPeer,
}
