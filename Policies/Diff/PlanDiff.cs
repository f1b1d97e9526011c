using System.Globalization;
using Multipath.Policies.Model;
using Multipath.Policies.Text;

namespace Multipath.Policies.Diff;

/// <summary>Says what a plan changes, in lines for a person.</summary>
public static class PlanDiff
{
    /// <summary>
    /// The difference; empty when both ask the same. A line that begins with <c>+</c> is new, <c>-</c> gone, <c>~</c> changed.
    /// </summary>
    /// <param name="before">The plan before; null when there was none.</param>
    /// <param name="after">The plan now.</param>
    public static EquatableArray<string> Between(PlanContent? before, PlanContent after)
    {
        ArgumentNullException.ThrowIfNull(after);
        var lines = new List<string>();
        if (before is null)
        {
            lines.Add($"+ policy {after.Policy}");
        }
        else if (before.Policy != after.Policy)
        {
            lines.Add($"~ policy {before.Policy} -> {after.Policy}");
        }

        AddRules(lines, before, after);
        foreach (var gone in before?.Classes.Where(c => after.Classes.All(a => a.Name != c.Name)) ?? [])
        {
            lines.Add($"- class {gone.Name}");
        }

        foreach (var cls in after.Classes)
        {
            lines.AddRange(ClassDiff.Between(before?.Classes.FirstOrDefault(c => c.Name == cls.Name), cls));
        }

        AddOrder(lines, before, after);
        return lines.ToEquatableArray();
    }

    private static void AddRules(List<string> lines, PlanContent? before, PlanContent after)
    {
        AddChange(lines, "limits", before is null ? null : Show(before.Limits), Show(after.Limits));
        AddChange(lines, "handover", before is null ? null : Show(before.Handover), Show(after.Handover));
    }

    private static void AddChange(List<string> lines, string what, string? before, string after)
    {
        if (before is null)
        {
            lines.Add($"+ {what} {after}");
        }
        else if (before != after)
        {
            lines.Add($"~ {what} {before} -> {after}");
        }
    }

    /// <summary>Classes match in order, so that a new order alone changes what a connection gets.</summary>
    private static void AddOrder(List<string> lines, PlanContent? before, PlanContent after)
    {
        var both = (before?.Classes.Select(c => c.Name) ?? []).Intersect(after.Classes.Select(c => c.Name)).ToArray();
        var now = after.Classes.Select(c => c.Name).Where(both.Contains).ToArray();
        if (!both.SequenceEqual(now))
        {
            lines.Add($"~ classes match in the order {string.Join(", ", after.Classes.Select(c => c.Name))}");
        }
    }

    private static string Show(PlanLimits limits) =>
        string.Create(CultureInfo.InvariantCulture, $"subflows {limits.Subflows}, addresses of the peer {limits.AddAddrAccepted}");

    private static string Show(HandoverRules rules) => string.Join(
        ", ",
        $"down after {Units.Show(rules.DownAfter)} of loss > {Units.Show(rules.LossPct)}%",
        $"up after {Units.Show(rules.UpAfter)}",
        $"better by {Units.Show(rules.BetterByPct)}%",
        string.Create(CultureInfo.InvariantCulture, $"{rules.BudgetPerHour} an hour"),
        rules.MakeBeforeBreak ? "make before break" : "break before make");
}
