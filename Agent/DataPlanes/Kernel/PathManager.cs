using System.Collections.Immutable;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>
/// The commands of the kernel's path managers, as methods. Those of the userspace path manager take the token of a connection; those of
/// the in-kernel one concern all connections of the network namespace. Safe for use by several threads.
/// </summary>
internal sealed class PathManager : IDisposable
{
    private readonly NetlinkSocket _socket;

    private PathManager(NetlinkSocket socket, GenericFamily family)
    {
        _socket = socket;
        Family = family;
    }

    /// <summary>The running kernel's numbers of the family mptcp_pm.</summary>
    internal GenericFamily Family { get; }

    /// <summary>Opens in the network namespace of the calling thread.</summary>
    /// <exception cref="KernelException">No MPTCP in this kernel, or no netlink socket to be had.</exception>
    internal static PathManager Open()
    {
        NetlinkSocket? socket = null;
        try
        {
            socket = NetlinkSocket.Open(NetlinkConstants.ProtocolGeneric);
            return new PathManager(socket, GenericFamily.Resolve(socket, PmCodec.FamilyName));
        }
        catch (NetlinkException e)
        {
            socket?.Dispose();
            throw new KernelException(new KernelError("reach the MPTCP path manager", e.Errno, null));
        }
    }

    /// <summary>Tells the peer of an address (ADD_ADDR). If it has a port, somebody has to listen there: the kernel does not.</summary>
    /// <param name="token">A connection under the userspace path manager.</param>
    /// <param name="local">With an id that is not 0.</param>
    internal KernelError? Announce(uint token, PmAddress local)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.Announce);
        PmCodec.WriteToken(ref writer, token);
        PmCodec.WriteLocal(ref writer, local with { Flags = local.Flags | EndpointFlags.Signal });
        return Execute("announce an address", writer);
    }

    /// <summary>Withdraws an address at the peer (REMOVE_ADDR) and closes its subflows at both ends.</summary>
    internal KernelError? Remove(uint token, byte localId)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.Remove);
        PmCodec.WriteToken(ref writer, token);
        PmCodec.WriteLocalId(ref writer, localId);
        return Execute("withdraw an address", writer);
    }

    /// <summary>
    /// Begins to connect a further subflow; success comes as <see cref="MptcpEvent.SubflowEstablished"/>, failure as
    /// <see cref="MptcpEvent.SubflowClosed"/> with an error. The same call twice makes two subflows.
    /// </summary>
    /// <param name="token">A connection under the userspace path manager.</param>
    /// <param name="local">
    /// With an id that is not 0, and each local address with its own; <see cref="EndpointFlags.Backup"/> for a backup.
    /// </param>
    /// <param name="remote">With a port.</param>
    internal KernelError? CreateSubflow(uint token, PmAddress local, PmAddress remote)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.CreateSubflow);
        PmCodec.WriteToken(ref writer, token);
        PmCodec.WriteLocal(ref writer, local);
        PmCodec.WriteRemote(ref writer, remote);
        return Execute("create a subflow", writer);
    }

    /// <summary>Closes a subflow; what it had not delivered goes over the others at once.</summary>
    internal KernelError? DestroySubflow(uint token, in FourTuple subflow)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.DestroySubflow);
        PmCodec.WriteToken(ref writer, token);
        PmCodec.WriteLocal(ref writer, new PmAddress(subflow.LocalAddress, subflow.LocalPort));
        PmCodec.WriteRemote(ref writer, new PmAddress(subflow.RemoteAddress, subflow.RemotePort));
        return Execute("destroy a subflow", writer);
    }

    /// <summary>
    /// Makes a subflow backup, or not, at this end and by MP_PRIO at the peer. Only for paths that still answer: on a dead one the
    /// connection can hang.
    /// </summary>
    internal KernelError? SetSubflowBackup(uint token, in FourTuple subflow, bool backup)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.SetFlags);
        PmCodec.WriteToken(ref writer, token);
        var flags = backup ? EndpointFlags.Backup : EndpointFlags.None;
        PmCodec.WriteLocal(ref writer, new PmAddress(subflow.LocalAddress, subflow.LocalPort, Flags: flags));
        PmCodec.WriteRemote(ref writer, new PmAddress(subflow.RemoteAddress, subflow.RemotePort));
        return Execute("change the priority of a subflow", writer);
    }

    /// <summary>The local addresses that the userspace path manager has given ids on a connection.</summary>
    /// <exception cref="KernelException">No such connection, or it is managed by the kernel.</exception>
    internal ImmutableArray<PmAddress> LocalAddresses(uint token)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.GetAddress, NetlinkConstants.FlagDump);
        PmCodec.WriteToken(ref writer, token);
        return Addresses("list the addresses of a connection", writer);
    }

    /// <summary>Adds an endpoint of the in-kernel path manager.</summary>
    internal KernelError? AddEndpoint(PmAddress endpoint)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.AddAddress);
        PmCodec.WriteLocal(ref writer, endpoint);
        return Execute("add an endpoint", writer);
    }

    /// <summary>
    /// Deletes an endpoint by its id, which closes its subflows. (By address without id the kernel says yes and deletes nothing.)
    /// </summary>
    internal KernelError? DeleteEndpoint(byte id)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.DeleteAddress);
        PmCodec.WriteId(ref writer, id);
        return Execute("delete an endpoint", writer);
    }

    /// <summary>Closes the initial subflows from a local address, which has id 0 on every connection.</summary>
    internal KernelError? DeleteInitial(System.Net.IPAddress address)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.DeleteAddress);
        PmCodec.WriteLocal(ref writer, new PmAddress(address));
        return Execute("close the initial subflows of an address", writer);
    }

    /// <summary>The endpoints of the in-kernel path manager, those included that the kernel made itself.</summary>
    /// <exception cref="KernelException">The kernel refused.</exception>
    internal ImmutableArray<PmAddress> Endpoints() => Addresses(
        "list endpoints", Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.GetAddress, NetlinkConstants.FlagDump));

    /// <summary>One endpoint by its id; null if there is none.</summary>
    /// <exception cref="KernelException">The kernel refused for another reason.</exception>
    internal PmAddress? Endpoint(byte id)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.GetAddress);
        PmCodec.WriteId(ref writer, id);
        PmAddress? endpoint = null;
        var reply = _socket.Exchange(writer.Finish(), ref endpoint,
            static (in NetlinkMessage message, ref PmAddress? found) => found = PmCodec.ReadAddress(message.Payload));
        return reply.Ok || reply.Errno == Interop.Errno.Invalid
            ? endpoint
            : throw new KernelException(KernelError.From("read an endpoint", reply)!);
    }

    /// <summary>
    /// Deletes all endpoints at once. Only for a namespace without connections: where an endpoint has the address of an initial subflow, a
    /// connection loses every subflow and its program sees no error. <see cref="DeleteAllEndpoints"/> is the safe way.
    /// </summary>
    internal KernelError? FlushEndpoints() => Execute(
        "flush endpoints", Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.FlushAddresses));

    /// <summary>Deletes every endpoint, one after the other.</summary>
    /// <returns>The first refusal; the others are deleted all the same.</returns>
    internal KernelError? DeleteAllEndpoints()
    {
        KernelError? first = null;
        foreach (var endpoint in Endpoints())
        {
            first ??= DeleteEndpoint(endpoint.Id);
        }

        return first;
    }

    /// <summary>Sets backup or fullmesh of an endpoint and of all its subflows.</summary>
    internal KernelError? SetEndpointFlags(byte id, EndpointFlags flags)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.SetFlags);
        PmCodec.WriteId(ref writer, id, flags);
        return Execute("change the flags of an endpoint", writer);
    }

    internal KernelError? SetLimits(PmLimits limits)
    {
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.SetLimits);
        PmCodec.WriteLimits(ref writer, limits);
        return Execute("set limits", writer);
    }

    /// <exception cref="KernelException">The kernel refused.</exception>
    internal PmLimits Limits()
    {
        var limits = default(PmLimits);
        var writer = Begin(stackalloc byte[NetlinkWriter.RequestCapacity], PmCommand.GetLimits);
        var reply = _socket.Exchange(writer.Finish(), ref limits,
            static (in NetlinkMessage message, ref PmLimits found) => found = PmCodec.ReadLimits(message.Payload));
        return KernelError.From("read limits", reply) is { } error ? throw new KernelException(error) : limits;
    }

    public void Dispose() => _socket.Dispose();

    private NetlinkWriter Begin(Span<byte> buffer, PmCommand command, ushort flags = NetlinkConstants.FlagAck) =>
        PmCodec.Begin(buffer, Family.Id, command, flags);

    private KernelError? Execute(string operation, in NetlinkWriter writer) =>
        KernelError.From(operation, _socket.Execute(writer.Finish()));

    private ImmutableArray<PmAddress> Addresses(string operation, in NetlinkWriter writer)
    {
        var found = ImmutableArray.CreateBuilder<PmAddress>();
        var reply = _socket.Exchange(writer.Finish(), ref found,
            static (in NetlinkMessage message, ref ImmutableArray<PmAddress>.Builder list) =>
            {
                if (PmCodec.ReadAddress(message.Payload) is { } address)
                {
                    list.Add(address);
                }
            });
        return KernelError.From(operation, reply) is { } error ? throw new KernelException(error) : found.ToImmutable();
    }
}
