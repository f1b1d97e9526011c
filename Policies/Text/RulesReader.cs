using Multipath.Policies.Model;

namespace Multipath.Policies.Text;

/// <summary>Reads <c>spec.handover</c> and <c>spec.limits</c>; what is not given keeps its default.</summary>
internal sealed class RulesReader(MapReader spec)
{
    internal HandoverRules Handover()
    {
        var rules = HandoverRules.Default;
        if (spec.Map("handover") is not { } map)
        {
            return rules;
        }

        rules = new HandoverRules(
            map.Get("downAfter", Scalars.Duration, rules.DownAfter),
            map.Get("upAfter", Scalars.Duration, rules.UpAfter),
            map.Get("lossPct", Scalars.Percent, rules.LossPct),
            map.Get("betterByPct", Scalars.Percent, rules.BetterByPct),
            map.Get("budgetPerHour", Scalars.Integer(0, 1000), rules.BudgetPerHour),
            map.Get("makeBeforeBreak", Scalars.Flag, rules.MakeBeforeBreak));
        map.Close();
        return rules;
    }

    internal PlanLimits Limits()
    {
        var limits = PlanLimits.Default;
        if (spec.Map("limits") is not { } map)
        {
            return limits;
        }

        limits = new PlanLimits(
            map.Get("subflows", Scalars.Integer(1, 8), limits.Subflows),
            map.Get("addAddrAccepted", Scalars.Integer(0, 8), limits.AddAddrAccepted));
        map.Close();
        return limits;
    }
}
