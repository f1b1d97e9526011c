using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using Multipath.Agent.Reconcile;
using Multipath.Policies.Model;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>An address of the stack, and the interface of the host that carries what comes from there.</summary>
/// <param name="Interface">Such as wlan0; its state is the path's, and policies match it by this name.</param>
/// <param name="Address">The stack's own address, which the host's rules send out there.</param>
public sealed record TunUplink(string Interface, IPAddress Address)
{
    /// <summary>The host's path that carries it; null while the interface is gone or has no address of the family.</summary>
    internal HostPath? CarrierIn(ImmutableArray<HostPath> paths) => paths.FirstOrDefault(path =>
        path.Path.Interface == Interface && path.Path.Address.AddressFamily == Address.AddressFamily);
}

/// <summary>
/// The paths of a stack on a TUN: the host's interfaces, with the stack's addresses in place of the host's. Owns the host's inventory.
/// </summary>
/// <param name="host">The host's own paths.</param>
/// <param name="uplinks">Where the stack's addresses lead.</param>
/// <param name="routing">Kept in step with the host's routes; null when somebody else sees to it.</param>
internal sealed class TunInventory(IPathInventory host, ImmutableArray<TunUplink> uplinks, UplinkRouting? routing = null) : IPathInventory
{
    public ImmutableArray<HostPath> Current => Translate(host.Current);

    public async IAsyncEnumerable<ImmutableArray<HostPath>> ChangesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var paths in host.ChangesAsync(cancellation))
        {
            routing?.Follow(paths);
            yield return Translate(paths);
        }
    }

    public void Dispose() => host.Dispose();

    /// <summary>An uplink whose interface has no address of its family yet is no path yet.</summary>
    private ImmutableArray<HostPath> Translate(ImmutableArray<HostPath> paths) =>
    [
        .. from uplink in uplinks
           let carrier = uplink.CarrierIn(paths)
           where carrier is not null
           select carrier with { Path = new PathKey(uplink.Interface, uplink.Address) },
    ];
}
