using System.Collections.Immutable;

namespace Multipath.Agent.Reconcile;

/// <summary>Where the loop learns which paths the host has.</summary>
internal interface IPathInventory : IDisposable
{
    /// <summary>The paths now, those that are down included.</summary>
    ImmutableArray<HostPath> Current { get; }

    /// <summary>The paths after each change. One reader.</summary>
    IAsyncEnumerable<ImmutableArray<HostPath>> ChangesAsync(CancellationToken cancellation);
}
