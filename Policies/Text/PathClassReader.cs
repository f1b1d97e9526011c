using System.Net;
using Multipath.Policies.Model;

namespace Multipath.Policies.Text;

/// <summary>Reads <c>spec.paths</c>.</summary>
internal sealed class PathClassReader(Diagnostics errors)
{
    /// <summary>More classes of paths than a host has paths make no sense.</summary>
    internal const int MaxClasses = 64;

    /// <summary>The class of what matches nothing.</summary>
    internal const string Other = "other";

    private static readonly ScalarKind<PathRole> Role =
        Scalars.OneOf(("active", PathRole.Active), ("backup", PathRole.Backup), ("avoid", PathRole.Avoid));

    internal EquatableArray<PathClass> ReadAll(IEnumerable<YamlNode> items)
    {
        var classes = new List<PathClass>();
        foreach (var item in items)
        {
            if (MapReader.Open(item, $"spec.paths[{classes.Count}]", errors) is { } map)
            {
                var read = Read(map);
                CheckName(map, read, classes);
                classes.Add(read);
            }
        }

        return classes.ToEquatableArray();
    }

    private PathClass Read(MapReader map)
    {
        var name = map.Require("name", Scalars.Name, "");
        var match = Match(map.RequireMap("match"));
        var preference = map.Get("preference", Scalars.Integer(1, 1000), 1);
        var (cost, currency) = Cost(map.Map("cost"));
        var role = map.Get("role", Role, PathRole.Active);
        map.Close();
        return new PathClass(name, match, preference, cost, currency, role);
    }

    private PathMatch Match(MapReader? map)
    {
        if (map is null)
        {
            return new PathMatch();
        }

        var match = new PathMatch(
            map.Try("interface", Scalars.Pattern, out var pattern) ? pattern : null,
            map.Try("address", Scalars.Network, out var address) ? address : null,
            map.Try("gateway", Scalars.Network, out var gateway) ? gateway : (IPNetwork?)null);
        map.Close();
        if (((YamlMap)map.Node).Fields.IsEmpty)
        {
            errors.Add(map.Node, "an empty match; expected interface, address or gateway (interface: \"*\" matches every path)");
        }

        return match;
    }

    private static (decimal PerGiB, string Currency) Cost(MapReader? map)
    {
        if (map is null)
        {
            return (0, "EUR");
        }

        var cost = map.Require("perGiB", Scalars.Money, 0m);
        var currency = map.Get("currency", Scalars.Currency, "EUR");
        map.Close();
        return (cost, currency);
    }

    private void CheckName(MapReader map, PathClass read, List<PathClass> before)
    {
        if (read.Name == Other)
        {
            errors.Add(map.Node, $"a path class cannot be named '{Other}': that is the class of paths which match none");
        }
        else if (read.Name.Length > 0 && before.Any(c => c.Name == read.Name))
        {
            errors.Add(map.Node, $"a second path class is named '{read.Name}'");
        }
    }
}
