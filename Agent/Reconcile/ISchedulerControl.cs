using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Reconcile;

/// <summary>Chooses the packet scheduler of each connection, at any time of its life.</summary>
internal interface ISchedulerControl
{
    /// <summary>What a connection has when nobody chose.</summary>
    string Usual { get; }

    /// <summary>Chooses.</summary>
    /// <param name="token">The connection.</param>
    /// <param name="scheduler">One of those that the data plane said it has.</param>
    /// <returns>Null when it schedules so from now on.</returns>
    KernelError? Set(uint token, string scheduler);
}
