using System.Collections.Immutable;

namespace Multipath.Agent.Routes;

/// <summary>What is to be done about the initial windows of routes.</summary>
/// <param name="Raise">Routes that get a large window, and which, in segments.</param>
/// <param name="Restore">Routes that had none before this agent gave them one.</param>
/// <param name="Ours">Routes that this agent gave one to and that still have it, those of <paramref name="Restore"/> included.</param>
internal sealed record WindowChanges(
    ImmutableArray<(KernelRoute Route, uint Window)> Raise, ImmutableArray<KernelRoute> Restore, ImmutableHashSet<RouteKey> Ours)
{
    /// <summary>
    /// Segments that a connection begins with on a backup, so that its first round trip moves more of what the other path had under way.
    /// The more, the sooner a stream goes on (5 Mbit/s onto 10 Mbit/s with 50 ms: a gap of 39 ms with the usual 10, 36 with 14, 30 with
    /// 20), and the sooner a bulk transfer overruns the queue of a slow path, which costs it 154 ms (about 1.8 s after the cut with 10,
    /// 1.3 to 2.1 s with 14, 0.9 s with 20) or, with 40, stalls the handover itself (208 ms where 10 gives 140).
    /// </summary>
    public const uint OfBackup = 14;

    /// <summary>
    /// The same on a path that carries beside a better one: a bulk transfer has found its rate long before, and of a stream it carries so
    /// little that its window never grows, so that what the other one had under way takes further round trips (a gap of 50 ms with 14
    /// segments, 31 with 20).
    /// </summary>
    public const uint OfCarrying = 20;

    /// <summary>
    /// Compares what is there with what is wanted. A route that has a window which is not ours is somebody else's, for good or until they
    /// take it back; one that is ours and was given another value is no longer ours. Pure.
    /// </summary>
    /// <param name="there">All routes of the tables concerned.</param>
    /// <param name="wanted">The paths that stand by.</param>
    /// <param name="ours">Routes that this agent gave a window to.</param>
    public static WindowChanges Between(
        IReadOnlyCollection<KernelRoute> there, IReadOnlyCollection<StandbyPath> wanted, ImmutableHashSet<RouteKey> ours)
    {
        // A replacement hits the first of several routes that only differ in their hop.
        var alone = there.GroupBy(route => route.Key with { InterfaceIndex = 0 }).Where(group => group.Count() == 1)
            .Select(group => group.Single()).Where(route => route.Message is not null).ToArray();
        var kept = alone.Where(route => ours.Contains(route.Key) && route.InitialWindow is OfBackup or OfCarrying)
            .Select(route => route.Key).ToImmutableHashSet();
        return new WindowChanges(
            [
                .. from route in alone
                   where route.InitialWindow is null || kept.Contains(route.Key)
                   let window = Wanted(route)
                   where window is not null && window != route.InitialWindow
                   select (route, window.Value),
            ],
            [.. alone.Where(route => kept.Contains(route.Key) && Wanted(route) is null)],
            kept);

        uint? Wanted(KernelRoute route) => wanted
            .Where(path => (path.V6, path.Table, path.InterfaceIndex) == (IsV6(route.Key), route.Key.Table, route.Key.InterfaceIndex))
            .Select(path => (uint?)(path.Carries ? OfCarrying : OfBackup)).FirstOrDefault();
    }

    /// <summary>Whether a route is one of IPv6.</summary>
    public static bool IsV6(RouteKey route) => route.Network.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
}
