using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Inventory;
using Multipath.Agent.Reconcile;
using Multipath.Protocol;
using Multipath.Protocol.Paths;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Net;

/// <summary>
/// The userspace stack on a client of the lab, beside the kernel's own: a TUN, and an address of its own on each of the host's links,
/// routed there and back. Disposing it breaks off its connections.
/// </summary>
internal sealed class HostStack : IDisposable
{
    private const string Device = "mp0";

    private readonly UplinkRouting _routing;

    private HostStack(TunStack stack, UplinkRouting routing, ImmutableArray<TunUplink> uplinks) =>
        (Stack, _routing, Uplinks) = (stack, routing, uplinks);

    /// <summary>The stack.</summary>
    internal TunStack Stack { get; }

    /// <summary>Its addresses, in the order of the links.</summary>
    internal ImmutableArray<TunUplink> Uplinks { get; }

    /// <summary>Makes it.</summary>
    /// <param name="host">A client.</param>
    /// <param name="links">All of the client's.</param>
    /// <param name="offload">Whether the kernel cuts its packets.</param>
    /// <exception cref="IOException">The machine refused a part.</exception>
    internal static HostStack Open(NetHost host, IReadOnlyList<Link> links, bool offload = true)
    {
        var uplinks = UplinksOf(links);
        var stack = TunStack.Open(new TunOptions(Device) { Netns = host.Namespace, Offload = offload }, uplinks.Select(one => one.Address));
        try
        {
            using var inventory = new KernelInventory(InventoryWatcher.Open(host.Namespace));
            return new HostStack(stack, UplinkRouting.Apply(host.Namespace, Device, uplinks, inventory.Current), uplinks);
        }
        catch
        {
            stack.Dispose();
            throw;
        }
    }

    /// <summary>An address for a stack on each link, which the far end routes to the client.</summary>
    internal static ImmutableArray<TunUplink> UplinksOf(IReadOnlyList<Link> links)
    {
        var uplinks = ImmutableArray.CreateBuilder<TunUplink>();
        foreach (var link in links)
        {
            var address = new IPAddress([10, 2, (byte)link.Plan.Index, 2]);
            IpCommand.Run("-n", link.Plan.Server.Namespace, "route", "replace", $"{address}/32", "dev", link.Plan.ServerInterface);
            uplinks.Add(new TunUplink(link.Interface, address));
        }

        return uplinks.ToImmutable();
    }

    /// <summary>
    /// What connections are made with when the stack makes their subflows by itself, by the kernel's rules, as <c>ip mptcp</c> would set
    /// them: one more from each further address.
    /// </summary>
    internal ConnectionOptions ByItself(string scheduler, bool backup)
    {
        var table = new EndpointTable();
        table.SetLimits(new PathLimits(UplinkRouting.UplinkLimit, UplinkRouting.UplinkLimit));
        var flags = PathEndpointFlags.Subflow | (backup ? PathEndpointFlags.Backup : PathEndpointFlags.None);
        foreach (var uplink in Uplinks.Skip(1))
        {
            table.TryAdd(new PathEndpoint(0, new Endpoint(IpAddr.From(uplink.Address), 0), flags), out _);
        }

        return new ConnectionOptions { Scheduler = scheduler, PathManager = () => new KernelRules(table) };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stack.Dispose();
        _routing.Dispose();
    }
}
