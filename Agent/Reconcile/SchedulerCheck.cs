using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// Says of a plan which packet schedulers the data plane does not have. Upstream Linux has only <c>default</c>; a plan that asks for
/// another one steers the paths all the same, but does not count as running. Pure.
/// </summary>
internal static class SchedulerCheck
{
    /// <summary>One refusal for each class that asks for a scheduler which is not there.</summary>
    public static IEnumerable<ActionOutcome> Refusals(PlanContent content, EquatableArray<string> available) =>
        from traffic in content.Classes
        where traffic.Scheduler is { } wanted && !available.Contains(wanted)
        select new ActionOutcome(
            $"schedule class {traffic.Name} by {traffic.Scheduler}",
            "the policy asks for it",
            $"this data plane has no such scheduler, only: {string.Join(", ", available)}");
}
