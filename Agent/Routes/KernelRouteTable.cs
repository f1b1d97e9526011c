using System.Collections.Immutable;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.Routes;

/// <summary>Reads and changes routes.</summary>
internal interface IRouteTable : IDisposable
{
    /// <summary>The unicast routes of a table; null when they cannot be read now.</summary>
    ImmutableArray<KernelRoute>? Read(bool v6, uint table);

    /// <summary>Gives a route another initial window; null when it has it.</summary>
    KernelError? SetInitialWindow(KernelRoute route, uint? window);
}

/// <summary>The routes of one network namespace.</summary>
internal sealed class KernelRouteTable : IRouteTable
{
    /// <summary>A path needs a few. A table with more is a router's, which this agent neither reads again and again nor touches.</summary>
    internal const int MostRoutes = 4096;

    private readonly NetlinkSocket _socket;
    private readonly HashSet<(bool V6, uint Table)> _tooLarge = [];

    private KernelRouteTable(NetlinkSocket socket) => _socket = socket;

    /// <summary>Opens inside a network namespace.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    /// <exception cref="InvalidOperationException">No such namespace.</exception>
    internal static KernelRouteTable Open(string? netns = null) =>
        NetNamespace.Run(netns, () => new KernelRouteTable(NetlinkSocket.Open(NetlinkConstants.ProtocolRoute, strict: true)));

    public ImmutableArray<KernelRoute>? Read(bool v6, uint table)
    {
        if (_tooLarge.Contains((v6, table)))
        {
            return [];
        }

        Span<byte> buffer = stackalloc byte[NetlinkWriter.RequestCapacity];
        var routes = ImmutableArray.CreateBuilder<KernelRoute>();
        var reply = _socket.Exchange(
            RouteMetricsCodec.Dump(buffer, (byte)(v6 ? Libc.AfInet6 : Libc.AfInet), table),
            ref routes,
            static (in NetlinkMessage message, ref ImmutableArray<KernelRoute>.Builder all) =>
            {
                if (all.Count <= MostRoutes && RouteMetricsCodec.Parse(message) is { } route)
                {
                    all.Add(route);
                }
            });
        if (routes.Count > MostRoutes)
        {
            _tooLarge.Add((v6, table));
            return [];
        }

        // An empty table does not exist.
        return reply.Ok || reply.Errno == Errno.NoEntry ? [.. routes.Where(route => route.Key.Table == table)] : null;
    }

    public KernelError? SetInitialWindow(KernelRoute route, uint? window)
    {
        var message = route.Message ?? throw new ArgumentException("This route is left alone.", nameof(route));
        var buffer = new byte[RouteMetricsCodec.ReplaceSize(message)];
        return KernelError.From("change a route", _socket.Execute(RouteMetricsCodec.Replace(buffer, message, window)));
    }

    public void Dispose() => _socket.Dispose();
}
