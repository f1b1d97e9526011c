using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Multipath.Agent.Inventory;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>The paths of one network namespace as the kernel tells of them. Owns what it is given.</summary>
internal sealed class KernelInventory(InventoryWatcher watcher) : IPathInventory
{
    public ImmutableArray<HostPath> Current => PathsOf(watcher.Current);

    public async IAsyncEnumerable<ImmutableArray<HostPath>> ChangesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var change in watcher.Events.ReadAllAsync(cancellation))
        {
            yield return PathsOf(change.After);
        }
    }

    public void Dispose() => watcher.Dispose();

    private static ImmutableArray<HostPath> PathsOf(HostInventory inventory) =>
    [
        .. inventory.Paths().Select(path => new HostPath(
            new PathKey(path.Interface.Name, path.Address.Address), path.Interface.Index, path.IsUp, path.Gateway, path.Table,
            path.Interface.Downs)),
    ];
}
