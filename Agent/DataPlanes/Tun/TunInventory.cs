using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using Multipath.Agent.Reconcile;
using Multipath.Policies.Model;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>An address of the stack, and the interface of the host that carries what comes from there.</summary>
/// <param name="Interface">Such as wlan0; its state is the path's, and policies match it by this name.</param>
/// <param name="Address">The stack's own address, which the host's rules send out there.</param>
public sealed record TunUplink(string Interface, IPAddress Address);

/// <summary>
/// The paths of a stack on a TUN: the host's interfaces, with the stack's addresses in place of the host's. Owns what it is given.
/// </summary>
internal sealed class TunInventory(IPathInventory host, ImmutableArray<TunUplink> uplinks) : IPathInventory
{
    public ImmutableArray<HostPath> Current => Translate(host.Current);

    public async IAsyncEnumerable<ImmutableArray<HostPath>> ChangesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var paths in host.ChangesAsync(cancellation))
        {
            yield return Translate(paths);
        }
    }

    public void Dispose() => host.Dispose();

    /// <summary>An uplink whose interface has no address of its family yet is no path yet.</summary>
    private ImmutableArray<HostPath> Translate(ImmutableArray<HostPath> paths) =>
    [
        .. from uplink in uplinks
           let carrier = paths.FirstOrDefault(path => path.Path.Interface == uplink.Interface
               && path.Path.Address.AddressFamily == uplink.Address.AddressFamily)
           where carrier is not null
           select carrier with { Path = new PathKey(uplink.Interface, uplink.Address) },
    ];
}
