using System.Globalization;
using Multipath.Policies.Model;
using Multipath.Policies.Text;

namespace Multipath.Policies.Rank;

/// <summary>Counts the planned handovers of a host. All classes that change at one ranking make one handover.</summary>
internal sealed class HandoverBudget
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private readonly HandoverRules _rules;
    private readonly DateTimeOffset _now;
    private readonly EquatableArray<DateTimeOffset> _before;
    private bool _spent;
    private bool _refused;

    internal HandoverBudget(HandoverRules rules, EquatableArray<DateTimeOffset> made, DateTimeOffset now)
    {
        _rules = rules;
        _now = now;
        _before = made.Where(at => at > now - Window).Select(at => at > now ? now : at).ToEquatableArray();
    }

    /// <summary>When handovers were made, this one included; at most the budget's number matter.</summary>
    internal EquatableArray<DateTimeOffset> Made =>
        _spent ? _before.Append(_now).TakeLast(Math.Max(1, _rules.BudgetPerHour)).ToEquatableArray() : _before;

    /// <summary>When a refused handover can be made; null when none was refused, or none ever can.</summary>
    internal DateTimeOffset? NextDeadline => _refused && !_before.IsEmpty ? _before[0] + Window : null;

    /// <summary>Takes one handover from the budget, if there is one.</summary>
    internal bool TrySpend()
    {
        if (!_spent && _before.Count >= _rules.BudgetPerHour)
        {
            _refused = true;
            return false;
        }

        _spent = true;
        return true;
    }

    /// <summary><c>planned handover 2 of 6 in an hour</c>.</summary>
    internal string Spent() =>
        string.Create(CultureInfo.InvariantCulture, $"planned handover {_before.Count + 1} of {_rules.BudgetPerHour} in an hour");

    /// <summary>Why a planned handover is not made.</summary>
    internal string Refused()
    {
        var until = NextDeadline is { } at ? $" until {Units.Show(at)}" : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"the budget of {_rules.BudgetPerHour} planned handovers an hour is spent{until}");
    }
}
