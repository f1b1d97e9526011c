using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Reconcile;

/// <summary>Chooses the one packet scheduler of all connections to come.</summary>
internal interface IHostScheduler
{
    /// <summary>What the host had before the agent came.</summary>
    string Usual { get; }

    /// <summary>Those that can be chosen.</summary>
    IReadOnlyList<string> Available { get; }

    /// <summary>Chooses; connections that are there keep theirs.</summary>
    /// <returns>Null when connections to come are scheduled so.</returns>
    KernelError? Set(string scheduler);
}
