using Multipath.Contracts.Grains;
using Multipath.Policies.Model;

namespace Multipath.Silo.Http;

/// <summary>Why a host does what it does: for each traffic class each path, its role and the reason.</summary>
internal sealed record WhyView(
    string Host,
    HostStatus Status,
    string Trouble,
    string? Policy,
    string? Plan,
    string? Parent,
    string? Running,
    ulong RankedOnReport,
    IReadOnlyList<WhyClassView> Classes)
{
    public static WhyView Of(HostDescription host) => new(
        host.Summary.Host,
        host.Summary.Status,
        host.Trouble,
        host.Plan?.Content.Policy,
        host.Plan?.Version.ToString(),
        host.Plan?.Parent?.ToString(),
        host.Summary.Running?.ToString(),
        host.Plan?.ObservationSequence ?? 0,
        host.Plan is null ? [] : [.. host.Plan.Content.Classes.Select(WhyClassView.Of)]);
}

/// <summary>One traffic class of a plan.</summary>
internal sealed record WhyClassView(string Name, Objective Objective, string? Scheduler, IReadOnlyList<WhyPathView> Paths)
{
    public static WhyClassView Of(ClassPlan plan) => new(
        plan.Name,
        plan.Objective,
        plan.Scheduler,
        [.. plan.Paths.Select(path => new WhyPathView(path.Path.ToString(), path.PathClass, path.Role, path.Reason))]);
}

/// <summary>One path of a traffic class.</summary>
internal sealed record WhyPathView(string Path, string PathClass, PathRole Role, string Reason);
