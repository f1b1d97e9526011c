using System.Collections.Immutable;
using Multipath.Agent.Reconcile;

namespace Multipath.Lab.Simulated;

/// <summary>A simulated host's paths as an agent's inventory.</summary>
internal sealed class SimulatedInventory(SharedWorld shared, string host) : IPathInventory
{
    public ImmutableArray<HostPath> Current => shared.Do(world => world.Host(host).Paths);

    public IAsyncEnumerable<ImmutableArray<HostPath>> ChangesAsync(CancellationToken cancellation) =>
        shared.Do(world => world.Host(host).Changes).ReadAllAsync(cancellation);

    public void Dispose()
    {
        // The world belongs to the lab.
    }
}
