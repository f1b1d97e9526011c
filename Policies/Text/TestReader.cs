using Multipath.Policies.Model;

namespace Multipath.Policies.Text;

/// <summary>Reads <c>spec.tests</c>; names must be those of the policy's classes.</summary>
internal sealed class TestReader(Diagnostics errors, EquatableArray<PathClass> paths, EquatableArray<TrafficClass> traffic)
{
    /// <summary>All run whenever the policy is applied.</summary>
    internal const int MaxTests = 256;

    private const int MaxPaths = 16;

    private static readonly ScalarKind<PathState> State =
        Scalars.OneOf(("up", PathState.Up), ("linkDown", PathState.LinkDown), ("silent", PathState.Silent));

    internal EquatableArray<PolicyTest> ReadAll(IEnumerable<YamlNode> items)
    {
        var tests = new List<PolicyTest>();
        foreach (var item in items)
        {
            if (MapReader.Open(item, $"spec.tests[{tests.Count}]", errors) is { } map)
            {
                tests.Add(Read(map));
            }
        }

        return tests.ToEquatableArray();
    }

    private PolicyTest Read(MapReader map)
    {
        var name = map.Require("name", Scalars.Title, "");
        var given = Given(map.RequireMap("given"));
        var expect = map.RequireMap("expect");
        map.Close();
        if (expect is null)
        {
            return new PolicyTest(name, given, "", null, null, null, map.Node.Line);
        }

        var trafficClass = expect.Require("class", OneName(traffic.Select(t => t.Name)), "");
        var active = Names(expect, "active");
        var backup = Names(expect, "backup");
        var avoid = Names(expect, "avoid");
        expect.Close();
        if (active is null && backup is null && avoid is null)
        {
            errors.Add(expect.Node, "a test that expects nothing; expected active, backup or avoid");
        }

        return new PolicyTest(name, given, trafficClass, active, backup, avoid, map.Node.Line);
    }

    private EquatableArray<GivenPath> Given(MapReader? map)
    {
        if (map is null)
        {
            return [];
        }

        var given = new List<GivenPath>();
        foreach (var item in map.List("paths", MaxPaths))
        {
            if (MapReader.Open(item, $"{map.What}.paths[{given.Count}]", errors) is { } path)
            {
                given.Add(GivenPath(path));
            }
        }

        map.Close();
        if (given.Count == 0)
        {
            errors.Add(map.Node, "a test without paths; expected given.paths with at least one");
        }

        return given.ToEquatableArray();
    }

    private GivenPath GivenPath(MapReader map)
    {
        var given = new GivenPath(
            map.Require("name", PathName(), ""),
            map.Get("state", State, PathState.Up),
            map.Try("rttMs", Scalars.Milliseconds, out var rtt) ? rtt : null,
            map.Try("lossPct", Scalars.Percent, out var loss) ? loss : null);
        map.Close();
        return given;
    }

    private EquatableArray<string>? Names(MapReader map, string field)
    {
        if (map.Take(field) is null)
        {
            return null;
        }

        var names = new List<string>();
        foreach (var item in map.List(field, MaxPaths))
        {
            if (MapReader.Parse(item, $"{map.What}.{field}[{names.Count}]", PathName(), errors, out var name))
            {
                names.Add(name);
            }
        }

        return names.ToEquatableArray();
    }

    private ScalarKind<string> PathName() => OneName([.. paths.Select(p => p.Name), PathClassReader.Other]);

    private static ScalarKind<string> OneName(IEnumerable<string> names) => Scalars.OneOf([.. names.Distinct().Select(n => (n, n))]);
}
