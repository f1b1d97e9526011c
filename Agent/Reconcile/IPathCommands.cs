using System.Net;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Reconcile;

/// <summary>Changes the paths of connections, by their tokens; null for done.</summary>
internal interface IPathCommands
{
    /// <summary>Begins a subflow; null when connecting began.</summary>
    KernelError? Create(uint token, PmAddress local, PmAddress remote);

    /// <summary>Closes a subflow.</summary>
    KernelError? Destroy(uint token, in FourTuple subflow);

    /// <summary>Changes a subflow's priority at both ends.</summary>
    KernelError? SetBackup(uint token, in FourTuple subflow, bool backup);

    /// <summary>Tells the peer of an address; port 0 stands for that of the connection.</summary>
    KernelError? Announce(uint token, IPAddress address, byte id, ushort port = 0);

    /// <summary>Tells the peer that an address is gone; closes its subflows at both ends.</summary>
    KernelError? Withdraw(uint token, byte localId);
}
