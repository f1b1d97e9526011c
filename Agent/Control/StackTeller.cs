using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Verbs;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.Control;

/// <summary>Says of a stack on a TUN what a person may want to know, in the views of the tool.</summary>
/// <param name="host">The host's id.</param>
/// <param name="device">The TUN's name.</param>
/// <param name="mtu">Of the stack's paths.</param>
/// <param name="stack">The stack.</param>
/// <param name="inventory">Its paths.</param>
/// <param name="proxy">Where programs find it; null for nowhere.</param>
internal sealed class StackTeller(string host, string device, int mtu, TunStack stack, IPathInventory inventory, IPEndPoint? proxy)
{
    /// <summary>Events that wait for one person; past it they are dropped, and an overrun is told.</summary>
    private const int EventLimit = 1024;

    /// <summary>What the stack is called where the kernel's plane may stand beside it.</summary>
    internal string Plane { get; } = NameOf(device);

    internal static string NameOf(string device) => $"tun:{device}";

    /// <summary>The stack as a whole.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    internal async Task<StackView> StackAsync()
    {
        var counts = await stack.AskAllAsync((handler, _) =>
        {
            var all = handler.All.Select(id => handler.Stack.TryGetInfo(id, out var info) ? info : default).ToArray();
            var plain = all.Count(one => one is { IsMultipath: false, State: not ConnectionState.Closed });
            return (Multipath: all.Count(one => one.IsMultipath), Plain: plain);
        });
        var (multipath, plain) = (counts.Sum(one => one.Multipath), counts.Sum(one => one.Plain));
        return new StackView(
            Plane, host, Environment.ProcessId, proxy?.ToString(), multipath, plain, new TunAccess(stack).Counters(), Paths());
    }

    /// <summary>Its connections, those of plain TCP included.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    internal async Task<ImmutableArray<ConnectionView>> ConnectionsAsync() =>
        [.. (await stack.AskAllAsync(Connections)).SelectMany(connections => connections)];

    /// <summary>Listens from now on.</summary>
    /// <returns>To be read, and given back to <see cref="Leave"/>.</returns>
    /// <exception cref="IOException">The stack has ended.</exception>
    internal async Task<PlaneEvents> ListenAsync()
    {
        var events = new PlaneEvents(EventLimit);
        _ = await stack.AskAllAsync((handler, _) =>
        {
            handler.Connections.Observers.Add(events);
            return true;
        });
        return events;
    }

    /// <summary>Listens no more.</summary>
    internal void Leave(PlaneEvents events) =>
        _ = stack.AskAllAsync((handler, _) => handler.Connections.Observers.Remove(events));

    private ImmutableArray<ConnectionView> Connections(StackHandler handler, Instant now)
    {
        var subflows = new SubflowInfo[PlaneReader.SubflowLimit];
        var views = ImmutableArray.CreateBuilder<ConnectionView>();
        foreach (var id in handler.All)
        {
            if (handler.Stack.TryGetInfo(id, out var info))
            {
                views.Add(ConnectionView.Of(Plane, info, subflows.AsSpan(0, handler.Stack.GetSubflows(id, subflows)), now));
            }
        }

        return views.ToImmutable();
    }

    private StackPathView[] Paths() =>
    [
        .. from path in inventory.Current
           select new StackPathView(path.Path.Interface, path.Path.Address.ToString(), path.Gateway?.ToString(), path.LinkUp, mtu),
    ];
}
