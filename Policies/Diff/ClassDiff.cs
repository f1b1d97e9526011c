using Multipath.Policies.Model;
using Multipath.Policies.Text;

namespace Multipath.Policies.Diff;

/// <summary>Says what a plan changes for one traffic class.</summary>
internal static class ClassDiff
{
    internal static IEnumerable<string> Between(ClassPlan? before, ClassPlan after)
    {
        var changes = Head(before, after).Concat(Paths(before, after)).ToArray();
        if (before is null)
        {
            return [$"+ class {after.Name} ({Show(after)})", .. changes];
        }

        return changes.Length == 0 ? [] : [$"~ class {after.Name}", .. changes];
    }

    private static IEnumerable<string> Head(ClassPlan? before, ClassPlan after)
    {
        if (before is not null && Show(before) != Show(after))
        {
            yield return $"    ~ {Show(before)} -> {Show(after)}";
        }

        if (before is not null && before.Match != after.Match)
        {
            yield return $"    ~ matches {Show(before.Match)} -> {Show(after.Match)}";
        }

        if (before is not null && before.Target != after.Target)
        {
            yield return $"    ~ target {Show(before.Target)} -> {Show(after.Target)}";
        }
    }

    private static IEnumerable<string> Paths(ClassPlan? before, ClassPlan after)
    {
        foreach (var path in after.Paths)
        {
            var old = before?.Paths.FirstOrDefault(p => p.Path == path.Path);
            if (old is null)
            {
                yield return $"    + {path.Path} {Word(path.Role)}  {path.Reason}";
            }
            else if (old.Role != path.Role || old.PathClass != path.PathClass)
            {
                yield return $"    ~ {path.Path} {Word(old.Role)} -> {Word(path.Role)}  {path.Reason}";
            }
        }

        foreach (var gone in before?.Paths.Where(p => after.Paths.All(a => a.Path != p.Path)) ?? [])
        {
            yield return $"    - {gone.Path} {Word(gone.Role)}";
        }

        if (before is not null && !Order(before, after).SequenceEqual(Order(after, before)))
        {
            yield return $"    ~ order {string.Join(", ", after.Paths.Select(p => p.Path.Interface))}";
        }
    }

    private static IEnumerable<PathKey> Order(ClassPlan plan, ClassPlan other) =>
        plan.Paths.Select(p => p.Path).Where(p => other.Paths.Any(o => o.Path == p));

    private static string Show(ClassPlan plan) =>
        Word(plan.Objective) + (plan.Scheduler is null ? "" : $", scheduler {plan.Scheduler}");

    private static string Show(PathTarget? target)
    {
        string?[] parts =
        [
            target?.RttMs is { } rtt ? $"rtt {Units.Show(rtt)} ms" : null,
            target?.LossPct is { } loss ? $"loss {Units.Show(loss)}%" : null,
        ];
        var shown = string.Join(" and ", parts.OfType<string>());
        return shown.Length == 0 ? "none" : shown;
    }

    private static string Show(TrafficMatch match)
    {
        string?[] parts =
        [
            match.Remote is { } remote ? $"remote {remote}" : null,
            match.RemotePorts is { } remotePorts ? $"remote ports {Show(remotePorts)}" : null,
            match.LocalPorts is { } localPorts ? $"local ports {Show(localPorts)}" : null,
        ];
        var shown = string.Join(" and ", parts.OfType<string>());
        return shown.Length == 0 ? "everything" : shown;
    }

    private static string Show(PortRange range) => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}";

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
