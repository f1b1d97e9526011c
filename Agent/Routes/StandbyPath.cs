using Multipath.Agent.Reconcile;
using Multipath.Policies.Model;

namespace Multipath.Agent.Routes;

/// <summary>Where the routes of a path are found that stands by, to carry what a better one cannot.</summary>
/// <param name="V6">Its address is of IPv6.</param>
/// <param name="Table">The table that packets from its address follow.</param>
/// <param name="InterfaceIndex">Its interface.</param>
/// <param name="Carries">It carries data beside a better one, rather than as a backup alone.</param>
internal sealed record StandbyPath(bool V6, uint Table, int InterfaceIndex, bool Carries)
{
    /// <summary>
    /// The paths that a plan uses and that lead in no class of traffic: backups, and those that carry beside a better one. Not one whose
    /// routes are those of another path as well.
    /// </summary>
    public static EquatableArray<StandbyPath> Of(PlanContent? plan, IReadOnlyCollection<HostPath> paths)
    {
        var classes = (plan?.Classes ?? []).Select(one => one.Paths.Where(path => path.Role != PathRole.Avoid).ToArray()).ToArray();
        var leading = classes.Select(one => one.FirstOrDefault(path => path.Role == PathRole.Active)?.Path).ToHashSet();
        var carries = classes.SelectMany(one => one).ToLookup(path => path.Path, path => path.Role == PathRole.Active);
        return paths.GroupBy(Routes)
            .Where(sharing => sharing.All(path => carries.Contains(path.Path) && !leading.Contains(path.Path)))
            .OrderBy(sharing => sharing.Key.Table).ThenBy(sharing => sharing.Key.Index).ThenBy(sharing => sharing.Key.V6)
            .Select(sharing => new StandbyPath(
                sharing.Key.V6, sharing.Key.Table, sharing.Key.Index, sharing.Any(path => carries[path.Path].Contains(true))))
            .ToEquatableArray();
    }

    private static (bool V6, uint Table, int Index) Routes(HostPath path) =>
        (path.Path.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6, path.Table, path.InterfaceIndex);
}
