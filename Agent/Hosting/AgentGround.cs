using Multipath.Agent.Reconcile;
using Multipath.Agent.Routes;
using Multipath.Agent.Session;

namespace Multipath.Agent.Hosting;

/// <summary>What an agent stands on: the kernel's MPTCP of one namespace, or a simulated one. The agent owns it.</summary>
/// <param name="Plane">What it steers.</param>
/// <param name="Inventory">Where it learns of the host's paths.</param>
/// <param name="Capabilities">What it tells the silo of it.</param>
/// <param name="Restore">Called last: puts back what was changed to make it steerable.</param>
/// <param name="Routes">The routes of its paths; null to leave them alone.</param>
internal sealed record AgentGround(
    IDataPlane Plane, IPathInventory Inventory, HostCapabilities Capabilities, Action Restore, IRouteTable? Routes = null);
