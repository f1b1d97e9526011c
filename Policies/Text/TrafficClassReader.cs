using System.Net;
using Multipath.Policies.Model;

namespace Multipath.Policies.Text;

/// <summary>Reads <c>spec.traffic</c>; without it there is one class, <c>default</c>, with the objective handover.</summary>
internal sealed class TrafficClassReader(Diagnostics errors, EquatableArray<PathClass> paths)
{
    /// <summary>Each class is ranked at each report of each host.</summary>
    internal const int MaxClasses = 64;

    private static readonly TrafficMatch Everything = new();

    private static readonly ScalarKind<Objective> ObjectiveName = Scalars.OneOf(
        ("handover", Objective.Handover), ("latency", Objective.Latency), ("cost", Objective.Cost), ("aggregate", Objective.Aggregate));

    internal EquatableArray<TrafficClass> ReadAll(IReadOnlyList<YamlNode> items)
    {
        if (items.Count == 0)
        {
            return [new TrafficClass("default", Everything, Objective.Handover)];
        }

        var classes = new List<TrafficClass>();
        foreach (var item in items)
        {
            if (MapReader.Open(item, $"spec.traffic[{classes.Count}]", errors) is { } map)
            {
                var read = Read(map);
                Check(map, read, classes);
                classes.Add(read);
            }
        }

        if (classes.Count == items.Count && classes[^1].Match != Everything)
        {
            errors.Add(
                items[^1],
                $"the last traffic class, '{classes[^1].Name}', does not match everything; expected one without 'match' at the end");
        }

        return classes.ToEquatableArray();
    }

    private TrafficClass Read(MapReader map)
    {
        var name = map.Require("name", Scalars.Name, "");
        var match = Match(map.Map("match"));
        var objective = map.Require("objective", ObjectiveName, Objective.Handover);
        var target = Target(map.Map("target"));
        var scheduler = map.Try("scheduler", Scalars.Name, out var given) ? given : null;
        map.Close();
        return new TrafficClass(name, match, objective, target, scheduler);
    }

    private TrafficMatch Match(MapReader? map)
    {
        if (map is null)
        {
            return Everything;
        }

        var match = new TrafficMatch(
            map.Try("remote", Scalars.Network, out var remote) ? remote : (IPNetwork?)null,
            map.Try("remotePort", Scalars.Ports, out var remotePorts) ? remotePorts : null,
            map.Try("localPort", Scalars.Ports, out var localPorts) ? localPorts : null);
        map.Close();
        if (((YamlMap)map.Node).Fields.IsEmpty)
        {
            errors.Add(map.Node, "an empty match; expected remote, remotePort or localPort, or no 'match' to match everything");
        }

        return match;
    }

    private PathTarget? Target(MapReader? map)
    {
        if (map is null)
        {
            return null;
        }

        var target = new PathTarget(
            map.Try("rttMs", Scalars.Milliseconds, out var rtt) ? rtt : null,
            map.Try("lossPct", Scalars.Percent, out var loss) ? loss : null);
        map.Close();
        if (((YamlMap)map.Node).Fields.IsEmpty)
        {
            errors.Add(map.Node, "an empty target; expected rttMs or lossPct");
        }

        return target;
    }

    private void Check(MapReader map, TrafficClass read, List<TrafficClass> before)
    {
        if (read.Name.Length > 0 && before.Any(c => c.Name == read.Name))
        {
            errors.Add(map.Node, $"a second traffic class is named '{read.Name}'");
        }

        if (before.Find(c => c.Match == Everything) is { } catchAll)
        {
            errors.Add(map.Node, $"the traffic class '{read.Name}' is never reached: '{catchAll.Name}' before it matches everything");
        }

        var currencies = paths.Where(p => p.CostPerGiB > 0).Select(p => p.Currency).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (read.Objective == Objective.Cost && currencies.Length > 1)
        {
            var both = string.Join(" with ", currencies);
            errors.Add(map.Node, $"the objective cost cannot compare {both}; expected one currency in spec.paths");
        }
    }
}
