using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;

namespace Multipath.Lab.Simulated;

/// <summary>The path manager's commands on a simulated host, with the refusals that the kernel would give.</summary>
internal sealed class HostCommands(Agenda agenda, SimulatedHost host)
{
    /// <summary>All connections now.</summary>
    internal PlaneSnapshot Snapshot() => new(
    [
        .. host.Connections.Where(one => one.IsEstablished).Select(one => new PlaneConnection(
            one.Token,
            one.IsServer,
            one.Initial,
            Inode: 0,
            [
                .. one.Subflows.Select(subflow => new PlaneSubflow(
                    subflow.Tuple,
                    subflow.LocalId,
                    subflow.RemoteId,
                    subflow.BackupByUs,
                    subflow.Phase is SubflowPhase.Established,
                    subflow.Sample())),
            ])),
    ]);

    internal bool IsSteerable(uint token) => host.Find(token) is not null;

    /// <summary>Begins a subflow.</summary>
    internal KernelError? Create(uint token, PmAddress local, PmAddress remote)
    {
        const string operation = "create a subflow";
        if (host.Find(token) is not { } connection)
        {
            return new KernelError(operation, Errno.NoSuchProcess, null);
        }

        if (host.Links.FirstOrDefault(one => one.Path.Address.Equals(local.Address)) is not { } link)
        {
            return new KernelError(operation, Errno.AddressNotAvailable, null);
        }

        if (!link.IsUp)
        {
            return new KernelError(operation, Errno.NetworkUnreachable, null);
        }

        var tuple = new FourTuple(local.Address, host.NextPort(), remote.Address, remote.Port);
        Begin(agenda, link, connection, tuple, local.Id, (local.Flags & EndpointFlags.Backup) != 0);
        return null;
    }

    /// <summary>Closes a subflow.</summary>
    internal KernelError? Destroy(uint token, in FourTuple tuple) =>
        On(token, tuple, "destroy a subflow", subflow => subflow.Close(error: 0, tellPeer: true));

    /// <summary>Changes a subflow's priority at both ends.</summary>
    internal KernelError? SetBackup(uint token, in FourTuple tuple, bool backup) =>
        On(token, tuple, "change the priority of a subflow", subflow => subflow.SetBackup(backup));

    /// <summary>Tells the peer of an address.</summary>
    internal KernelError? Announce(uint token, IPAddress address, byte id) =>
        Tell(token, "announce an address", except: null, peer => peer.HandleAnnounced(id, address));

    /// <summary>Tells the peer that an address is gone, and closes its subflows here.</summary>
    internal KernelError? Withdraw(uint token, byte localId)
    {
        if (Tell(token, "withdraw an address", localId, peer => peer.HandleWithdrawn(localId)) is { } error)
        {
            return error;
        }

        foreach (var subflow in host.Find(token)!.Subflows.Where(one => one.LocalId == localId).ToArray())
        {
            subflow.Close(error: 0, tellPeer: true);
        }

        return null;
    }

    /// <summary>Measures one subflow.</summary>
    /// <returns>False when it is gone.</returns>
    internal bool TryRead(FourTuple tuple, out SubflowSample sample)
    {
        var subflow = host.Connections.SelectMany(one => one.Subflows).FirstOrDefault(one => one.Tuple == tuple);
        sample = subflow?.Sample() ?? default;
        return subflow is not null;
    }

    /// <summary>Makes both ends of a subflow and begins to connect them; the server's end is not seen before that has worked.</summary>
    internal static void Begin(
        Agenda agenda, SimulatedLink link, ConnectionEnd client, in FourTuple tuple, byte localId, bool backup)
    {
        var reversed = new FourTuple(tuple.RemoteAddress, tuple.RemotePort, tuple.LocalAddress, tuple.LocalPort);
        var near = new SubflowEnd(agenda, link, client, tuple, localId, remoteId: 0) { BackupByUs = backup };
        var far = new SubflowEnd(agenda, link, client.Peer!, reversed, localId: 0, localId);
        SubflowEnd.Join(near, far);
        client.Begin(near);
        new Handshake(agenda, near, far).Begin();
    }

    private KernelError? On(uint token, FourTuple tuple, string operation, Action<SubflowEnd> act)
    {
        if (host.Find(token)?.Subflows.FirstOrDefault(one => one.Tuple == tuple) is not { } subflow)
        {
            return new KernelError(operation, Errno.NoSuchProcess, null);
        }

        act(subflow);
        host.Find(token)?.Pump();
        return null;
    }

    /// <summary>Tells the peer over a subflow that works, rather not over one of the address that is spoken of.</summary>
    private KernelError? Tell(uint token, string operation, byte? except, Action<ConnectionEnd> tell)
    {
        if (host.Find(token) is not { Peer: { } peer } connection)
        {
            return new KernelError(operation, Errno.NoSuchProcess, null);
        }

        var by = connection.Subflows.Where(one => one.Phase is SubflowPhase.Established)
            .OrderBy(one => one.LocalId == except).ThenBy(one => one.IsStalled).ThenBy(one => !one.Link.IsUp).FirstOrDefault();
        by?.Tell(_ => tell(peer));
        return null;
    }
}
