using System.Net;
using Multipath.Policies.Model;
using Multipath.Policies.Text;

namespace Multipath.Policies.Rank;

/// <summary>A path and the class that it belongs to.</summary>
/// <param name="Observation">The path as observed.</param>
/// <param name="Class">Its class.</param>
/// <param name="Label">What reasons call it: the class's name, with the interface when other paths share the class.</param>
internal sealed record ClassifiedPath(PathObservation Observation, PathClass Class, string Label);

/// <summary>Finds the class of each path: the first that matches.</summary>
internal static class PathClassifier
{
    /// <summary>The class of paths that match none; without any class in the policy every path may carry.</summary>
    private static readonly PathClass Unmatched = new(PathClassReader.Other, new PathMatch(), Role: PathRole.Avoid);

    private static readonly PathClass Unclassed = Unmatched with { Role = PathRole.Active };

    internal static EquatableArray<ClassifiedPath> Classify(Policy policy, HostObservation observation)
    {
        var found = observation.Paths.DistinctBy(path => path.Path).Select(path => (path, cls: ClassOf(policy, path))).ToArray();
        return Label(found);
    }

    /// <summary>Gives each path its label.</summary>
    internal static EquatableArray<ClassifiedPath> Label(IReadOnlyCollection<(PathObservation Path, PathClass Class)> paths) =>
        paths
            .Select(p => new ClassifiedPath(p.Path, p.Class, Label(p.Path, p.Class, paths.Count(o => o.Class.Name == p.Class.Name))))
            .ToEquatableArray();

    private static string Label(PathObservation path, PathClass cls, int sharing) =>
        sharing == 1 ? cls.Name : $"{cls.Name}({path.Path})";

    internal static PathClass ClassNamed(Policy policy, string name) =>
        policy.Paths.FirstOrDefault(c => c.Name == name) ?? (policy.Paths.IsEmpty ? Unclassed : Unmatched);

    private static PathClass ClassOf(Policy policy, PathObservation path) =>
        policy.Paths.FirstOrDefault(c => Matches(c.Match, path)) ?? (policy.Paths.IsEmpty ? Unclassed : Unmatched);

    private static bool Matches(PathMatch match, PathObservation path) =>
        (match.Interface is null || Wildcard.Matches(match.Interface, path.Path.Interface))
        && (match.Address is not { } address || address.Contains(path.Path.Address))
        && (match.Gateway is not { } gateway || Contains(gateway, path.Gateway));

    private static bool Contains(IPNetwork network, IPAddress? address) => address is not null && network.Contains(address);
}
