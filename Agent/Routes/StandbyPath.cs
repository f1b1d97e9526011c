using Multipath.Agent.Reconcile;
using Multipath.Policies.Model;

namespace Multipath.Agent.Routes;

/// <summary>Where the routes of a path are found that stands by, to carry what a better one cannot.</summary>
/// <param name="V6">Its address is of IPv6.</param>
/// <param name="Table">The table that packets from its address follow.</param>
/// <param name="InterfaceIndex">Its interface.</param>
internal sealed record StandbyPath(bool V6, uint Table, int InterfaceIndex)
{
    /// <summary>
    /// The paths that a plan uses and that lead in no class of traffic: backups, and those that carry beside a better one. Not one whose
    /// routes are those of another path as well.
    /// </summary>
    public static EquatableArray<StandbyPath> Of(PlanContent? plan, IReadOnlyCollection<HostPath> paths)
    {
        var classes = (plan?.Classes ?? []).Select(one => one.Paths.Where(path => path.Role != PathRole.Avoid).ToArray()).ToArray();
        var leading = classes.Select(one => one.FirstOrDefault(path => path.Role == PathRole.Active)?.Path).ToHashSet();
        var used = classes.SelectMany(one => one).Select(path => path.Path).ToHashSet();
        var standing = paths.ToLookup(path => used.Contains(path.Path) && !leading.Contains(path.Path), Of);
        return standing[true].Except(standing[false])
            .OrderBy(one => one.Table).ThenBy(one => one.InterfaceIndex).ThenBy(one => one.V6).ToEquatableArray();
    }

    private static StandbyPath Of(HostPath path) =>
        new(path.Path.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6, path.Table, path.InterfaceIndex);
}
