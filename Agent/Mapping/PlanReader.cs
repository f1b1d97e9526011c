using System.Collections.Immutable;
using System.Net;
using Multipath.Policies.Model;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Agent.Mapping;

/// <summary>A plan that was read, or why it could not be.</summary>
/// <param name="Plan">Null when it makes no sense.</param>
/// <param name="Error">Empty when it does.</param>
internal readonly record struct PlanReading(HostPlan? Plan, string Error);

/// <summary>
/// Reads a plan off the wire or the disk. Whatever the bytes said, the outcome is a plan that can be run or a reason, never an exception.
/// </summary>
internal static class PlanReader
{
    /// <summary>More classes than a person writes; bounds what one plan can cost.</summary>
    public const int ClassLimit = 256;

    /// <summary>Paths of one class; a host has a handful.</summary>
    public const int PathLimit = 256;

    /// <summary>Names and reasons are for people.</summary>
    public const int TextLimit = 4096;

    /// <summary>A policy's text is some kilobytes.</summary>
    public const int YamlLimit = 1024 * 1024;

    /// <summary>The kernel allows 8 subflows and 8 announced addresses on a connection.</summary>
    private const int KernelLimit = 8;

    /// <summary>Hysteresis of more than a day is a mistake.</summary>
    private const uint DurationLimitMs = 24 * 60 * 60 * 1000;

    public static PlanReading Read(Wire.Plan wire)
    {
        if (WireValues.Version(wire.Version) is not { } version)
        {
            return Bad("the plan has no version");
        }

        if (wire.Classes.Count > ClassLimit)
        {
            return Bad($"the plan has {wire.Classes.Count} classes, more than {ClassLimit}");
        }

        if (TooLong(wire.Policy) || wire.PolicyYaml.Length > YamlLimit)
        {
            return Bad("the plan's texts are too long");
        }

        var classes = ImmutableArray.CreateBuilder<ClassPlan>(wire.Classes.Count);
        foreach (var wireClass in wire.Classes)
        {
            var error = ReadClass(wireClass, out var read);
            if (read is null)
            {
                return Bad($"class '{Shorten(wireClass.Name)}': {error}");
            }

            classes.Add(read);
        }

        if (classes.DistinctBy(one => one.Name).Count() != classes.Count)
        {
            return Bad("two classes have one name");
        }

        if (ReadLimits(wire.Limits) is not { } limits)
        {
            return Bad($"limits are at most {KernelLimit}, and one subflow at least");
        }

        return ReadHandover(wire.Handover) is not { } handover
            ? Bad("the handover rules are out of range")
            : new PlanReading(
                new HostPlan(
                    version,
                    WireValues.Version(wire.Parent),
                    wire.ObservationSequence,
                    new PlanContent(wire.Policy, new EquatableArray<ClassPlan>(classes.ToImmutable()), limits, handover)),
                "");
    }

    private static PlanReading Bad(string error) => new(null, error);

    private static string ReadClass(Wire.ClassPlan wire, out ClassPlan? read)
    {
        read = null;
        if (wire.Name.Length == 0 || TooLong(wire.Name) || TooLong(wire.Scheduler))
        {
            return "a class has a name, and its texts are short";
        }

        if (wire.Paths.Count > PathLimit)
        {
            return $"{wire.Paths.Count} paths, more than {PathLimit}";
        }

        if (!TryObjective(wire.Objective, out var objective))
        {
            return $"unknown objective {(int)wire.Objective}";
        }

        if (!TryMatch(wire.Match, out var match))
        {
            return "its match is no network or no port range";
        }

        var paths = ImmutableArray.CreateBuilder<PlannedPath>(wire.Paths.Count);
        foreach (var path in wire.Paths)
        {
            if (WireValues.Path(path.Path) is not { } key || !TryRole(path.Role, out var role)
                || TooLong(path.Reason) || TooLong(path.PathClass))
            {
                return "a path without address, interface or role";
            }

            paths.Add(new PlannedPath(key, path.PathClass, role, path.Reason));
        }

        if (paths.DistinctBy(path => path.Path).Count() != paths.Count)
        {
            return "a path is named twice";
        }

        if (!TryTarget(wire.Target, out var target))
        {
            return "its target is out of range";
        }

        var scheduler = wire.Scheduler.Length == 0 ? null : wire.Scheduler;
        read = new ClassPlan(wire.Name, match, objective, scheduler, new EquatableArray<PlannedPath>(paths.ToImmutable()), target);
        return "";
    }

    private static bool TryObjective(Wire.Objective wire, out Objective objective)
    {
        objective = wire switch
        {
            Wire.Objective.Latency => Objective.Latency,
            Wire.Objective.Cost => Objective.Cost,
            Wire.Objective.Aggregate => Objective.Aggregate,
            _ => Objective.Handover,
        };
        return wire is Wire.Objective.Handover or Wire.Objective.Latency or Wire.Objective.Cost or Wire.Objective.Aggregate;
    }

    private static bool TryRole(Wire.PathRole wire, out PathRole role)
    {
        role = wire switch
        {
            Wire.PathRole.Active => PathRole.Active,
            Wire.PathRole.Backup => PathRole.Backup,
            _ => PathRole.Avoid,
        };
        return wire is Wire.PathRole.Active or Wire.PathRole.Backup or Wire.PathRole.Avoid;
    }

    private static bool TryMatch(Wire.TrafficMatch? wire, out TrafficMatch match)
    {
        match = new TrafficMatch();
        if (wire is null)
        {
            return true;
        }

        IPNetwork? remote = null;
        if (wire.Remote.Length > 0)
        {
            if (wire.Remote.Length > TextLimit || !IPNetwork.TryParse(wire.Remote, out var network))
            {
                return false;
            }

            remote = network;
        }

        match = new TrafficMatch(remote, Range(wire.RemotePorts), Range(wire.LocalPorts));
        return IsRange(wire.RemotePorts) && IsRange(wire.LocalPorts);
    }

    private static bool TryTarget(Wire.PathTarget? wire, out PathTarget? target)
    {
        target = wire is null
            ? null
            : new PathTarget(wire.HasRttMs ? wire.RttMs : null, wire.HasLossPct ? wire.LossPct : null);
        return target?.RttMs is null or (>= 0 and <= DurationLimitMs) && target?.LossPct is null or (>= 0 and <= 100);
    }

    private static bool IsRange(Wire.PortRange? wire) => wire is null || (wire.First <= wire.Last && wire.Last <= ushort.MaxValue);

    private static PortRange? Range(Wire.PortRange? wire) => wire is null ? null : new PortRange((ushort)wire.First, (ushort)wire.Last);

    private static PlanLimits? ReadLimits(Wire.Limits? wire) => wire switch
    {
        null => PlanLimits.Default,
        { Subflows: >= 1 and <= KernelLimit, AddAddrAccepted: <= KernelLimit } =>
            new PlanLimits((int)wire.Subflows, (int)wire.AddAddrAccepted),
        _ => null,
    };

    private static HandoverRules? ReadHandover(Wire.Handover? wire)
    {
        if (wire is null)
        {
            return HandoverRules.Default;
        }

        var sane = wire.DownAfterMs <= DurationLimitMs && wire.UpAfterMs <= DurationLimitMs && wire.LossPct is >= 0 and <= 100
            && wire.BetterByPct is >= 0 and <= 10_000 && wire.BudgetPerHour <= int.MaxValue;
        return sane
            ? new HandoverRules(
                TimeSpan.FromMilliseconds(wire.DownAfterMs),
                TimeSpan.FromMilliseconds(wire.UpAfterMs),
                wire.LossPct,
                wire.BetterByPct,
                (int)wire.BudgetPerHour,
                wire.MakeBeforeBreak)
            : null;
    }

    private static bool TooLong(string text) => text.Length > TextLimit;

    private static string Shorten(string text) => text.Length > 40 ? text[..40] : text;
}
