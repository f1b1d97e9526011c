using System.Net;
using Multipath.Agent.Control;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.DataPlanes.Tun.Proxy;
using Multipath.Agent.Interop;
using Multipath.Agent.Inventory;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Hosting;

/// <summary>What an agent with a userspace stack stands on: inventory, device, stack, routes and proxy, made in this order.</summary>
internal sealed class TunGround : IDisposable
{
    private readonly Stack<IDisposable> _made = new();

    private TunGround()
    {
    }

    /// <summary>What the silo is told of a host with such a plane.</summary>
    internal static HostCapabilities Capabilities { get; } =
        new(StackPlane.SchedulerNames.ToEquatableArray(), Environment.OSVersion.Version.ToString(), PlaneKind.Tun);

    /// <summary>What the agent takes over.</summary>
    internal AgentGround Ground { get; private set; } = null!;

    /// <summary>The door for programs; null when none was asked for.</summary>
    internal SocksProxy? Proxy { get; private set; }

    /// <summary>Knows what the tool asks for.</summary>
    internal StackTeller Teller { get; private set; } = null!;

    /// <summary>Makes everything, or nothing.</summary>
    /// <exception cref="IOException">The machine refused a part; the message says what to do.</exception>
    internal static TunGround Open(AgentOptions options, TunPlaneOptions plane)
    {
        var ground = new TunGround();
        try
        {
            ground.Make(options, plane);
            return ground;
        }
        catch
        {
            ground.Dispose();
            throw;
        }
    }

    /// <summary>Takes back all that the agent has not taken over.</summary>
    public void Dispose()
    {
        Proxy?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        while (_made.TryPop(out var last))
        {
            last.Dispose();
        }
    }

    private void Make(AgentOptions options, TunPlaneOptions plane)
    {
        var watcher = Keep(InventoryWatcher.Open(options.Netns));
        Check(plane, watcher.Current);
        var host = new KernelInventory(watcher);
        var stack = Keep(OpenStack(plane with { Device = plane.Device with { Netns = options.Netns } }));
        var routing = Keep(UplinkRouting.Apply(options.Netns, plane.Device.Name, plane.Uplinks, host.Current));
        var masquerade = plane.Masquerade ? Keep(UplinkMasquerade.Apply(options.Netns, plane.Device.Name, plane.Uplinks)) : null;
        var inventory = new TunInventory(host, plane.Uplinks, routing);
        if (plane.Proxy is { } local)
        {
            Proxy = SocksProxy.Start(stack, () => Usable(inventory), plane.Connections, options.Netns, local);
        }

        Teller = new StackTeller(options.Host, plane.Device.Name, plane.Mtu, stack, inventory, Proxy?.Local);
        Ground = new AgentGround(new StackPlane(new TunAccess(stack)), inventory, Capabilities, () =>
        {
            masquerade?.Dispose();
            routing.Dispose();
        });
    }

    private static IEnumerable<IPAddress> Usable(TunInventory inventory) =>
        inventory.Current.Where(path => path.LinkUp).Select(path => path.Path.Address);

    private static void Check(TunPlaneOptions plane, HostInventory host)
    {
        if (plane.Uplinks.Length is 0 or > UplinkRouting.UplinkLimit)
        {
            throw new IOException($"The stack needs one to {UplinkRouting.UplinkLimit} uplinks, each an interface and an address.");
        }

        var names = host.Links.Values.Where(link => !link.IsLoopback).Select(link => link.Name).ToArray();
        foreach (var uplink in plane.Uplinks)
        {
            if (!names.Contains(uplink.Interface))
            {
                var known = names.Length == 0 ? "there is none" : $"there are {string.Join(", ", names)}";
                throw new IOException($"'{uplink.Interface}' is no interface that leads out of this host; {known}.");
            }

            if (host.Addresses.Any(one => one.Address.Equals(uplink.Address)))
            {
                throw new IOException($"{uplink.Address} is the host's own: the stack needs addresses that nobody else has.");
            }
        }
    }

    private static TunStack OpenStack(TunPlaneOptions plane)
    {
        try
        {
            return TunStack.Open(plane.Device, plane.Uplinks.Select(one => one.Address), plane.Mtu);
        }
        catch (IOException e) when (e.HResult is Errno.NotPermitted or Errno.Access)
        {
            throw new IOException($"{e.Message} Run as root, or with CAP_NET_ADMIN.", e);
        }
        catch (IOException e) when (e.HResult == Errno.NoEntry)
        {
            throw new IOException($"{e.Message} This kernel has no TUN (modprobe tun), or this container no such device.", e);
        }
        catch (IOException e) when (e.HResult == Errno.Busy)
        {
            throw new IOException($"{e.Message} Another program has that interface; choose another name.", e);
        }
    }

    private T Keep<T>(T made)
        where T : IDisposable
    {
        _made.Push(made);
        return made;
    }
}
