using System.Net;
using System.Threading.Channels;
using Multipath.Agent.Interop;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>
/// The kernel's MPTCP of one network namespace: what there is, what happens, and what can be done about it. Every member may be called
/// from any thread; each command takes the kernel about 0.1 ms.
/// </summary>
internal sealed class KernelDataPlane : IDisposable
{
    private readonly NetlinkListener<MptcpEvent> _listener;

    private KernelDataPlane(string? netns, PathManager pathManager, SockDiag sockets, NetlinkListener<MptcpEvent> listener)
    {
        Netns = netns;
        PathManager = pathManager;
        Sockets = sockets;
        _listener = listener;
    }

    /// <summary>Name of the network namespace; null for that of this process.</summary>
    internal string? Netns { get; }

    /// <summary>Every command of the path managers.</summary>
    internal PathManager PathManager { get; }

    /// <summary>Exact lookups, by subflow and by token.</summary>
    internal SockDiag Sockets { get; }

    /// <summary>
    /// Events since <see cref="Open"/>, in order. One reader; on <see cref="MptcpEvent.Overrun"/> it takes a new snapshot.
    /// </summary>
    internal ChannelReader<MptcpEvent> Events => _listener.Events;

    /// <summary>Opens the sockets inside a network namespace and begins to listen.</summary>
    /// <exception cref="KernelException">No MPTCP in this kernel, or no right to hear its events.</exception>
    /// <exception cref="InvalidOperationException">No such namespace.</exception>
    internal static KernelDataPlane Open(string? netns = null) => NetNamespace.Run(netns, () =>
    {
        var pathManager = PathManager.Open();
        SockDiag? sockets = null;
        try
        {
            sockets = SockDiag.Open();
            return new KernelDataPlane(netns, pathManager, sockets, Listen(pathManager.Family));
        }
        catch
        {
            sockets?.Dispose();
            pathManager.Dispose();
            throw;
        }
    });

    /// <summary>A further sock_diag for a loop that measures often and must not wait for others.</summary>
    internal SockDiag OpenProbe() => NetNamespace.Run(Netns, SockDiag.Open);

    /// <inheritdoc cref="SockDiag.Snapshot"/>
    internal KernelSnapshot Snapshot() => Sockets.Snapshot();

    /// <inheritdoc cref="PathManager.CreateSubflow"/>
    internal KernelError? CreateSubflow(uint token, PmAddress local, PmAddress remote) => PathManager.CreateSubflow(token, local, remote);

    /// <inheritdoc cref="PathManager.DestroySubflow"/>
    internal KernelError? DestroySubflow(uint token, in FourTuple subflow) => PathManager.DestroySubflow(token, subflow);

    /// <inheritdoc cref="PathManager.SetSubflowBackup"/>
    internal KernelError? SetBackup(uint token, in FourTuple subflow, bool backup) =>
        PathManager.SetSubflowBackup(token, subflow, backup);

    /// <inheritdoc cref="PathManager.Announce"/>
    internal KernelError? Announce(uint token, IPAddress address, byte id, ushort port = 0) =>
        PathManager.Announce(token, new PmAddress(address, port, id));

    /// <inheritdoc cref="PathManager.Remove"/>
    internal KernelError? Withdraw(uint token, byte localId) => PathManager.Remove(token, localId);

    /// <inheritdoc cref="SockDiag.Destroy"/>
    internal KernelError? Reset(in FourTuple subflow) => Sockets.Destroy(subflow);

    public void Dispose()
    {
        _listener.Dispose();
        Sockets.Dispose();
        PathManager.Dispose();
    }

    private static NetlinkListener<MptcpEvent> Listen(GenericFamily family)
    {
        const string doing = "hear MPTCP events";
        if (!family.Groups.TryGetValue(PmCodec.EventGroup, out var group))
        {
            throw new KernelException(new KernelError(doing, Errno.NotSupported, "Linux 5.12 is the first to tell any"));
        }

        try
        {
            return NetlinkListener<MptcpEvent>.Open(NetlinkConstants.ProtocolGeneric, [group],
                Overrun, (in NetlinkMessage message) =>
                    message.Type == family.Id ? MptcpEventCodec.Parse(message.Payload) : null);
        }
        catch (NetlinkException e)
        {
            throw new KernelException(new KernelError(doing, e.Errno, null));
        }
    }

    private static MptcpEvent Overrun(out bool again)
    {
        again = false;
        return new MptcpEvent.Overrun();
    }
}
