using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// Says of a plan which packet schedulers the data plane does not have. Upstream Linux has only <c>default</c>; a plan that asks for
/// another one steers the paths all the same, but does not count as running. Pure.
/// </summary>
internal static class SchedulerCheck
{
    private const string Reason = "the policy asks for it";

    /// <summary>
    /// One refusal for each class that asks for a scheduler which is not there, or which it cannot have because one holds for all.
    /// </summary>
    /// <param name="content">The plan.</param>
    /// <param name="available">The data plane's schedulers.</param>
    /// <param name="usual">What the host has where one scheduler holds for all connections; null where each has its own.</param>
    public static IEnumerable<ActionOutcome> Refusals(PlanContent content, EquatableArray<string> available, string? usual = null) =>
        from traffic in content.Classes
        where traffic.Scheduler is not null
        let error = !available.Contains(traffic.Scheduler) ? $"this data plane has no such scheduler, only: {string.Join(", ", available)}"
            : usual is not null && traffic.Scheduler != usual && ForAll(content, usual) is null ? Disagree(content, usual)
            : null
        where error is not null
        select new ActionOutcome($"schedule class {traffic.Name} by {traffic.Scheduler}", Reason, error);

    /// <summary>
    /// The scheduler that all classes agree on; a class that asks for none asks for the usual one. Null when they do not.
    /// </summary>
    public static string? ForAll(PlanContent content, string usual) => Asked(content, usual) switch
    {
        [] => usual,
        [var one] => one,
        _ => null,
    };

    private static string Disagree(PlanContent content, string usual) =>
        $"this data plane has one scheduler for all connections, and the classes ask for: {string.Join(", ", Asked(content, usual))}";

    private static string[] Asked(PlanContent content, string usual) =>
        [.. content.Classes.Select(traffic => traffic.Scheduler ?? usual).Distinct()];
}
