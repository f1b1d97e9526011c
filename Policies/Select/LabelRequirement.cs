using Multipath.Policies.Model;

namespace Multipath.Policies.Select;

/// <summary>How a requirement looks at a label.</summary>
public enum LabelOperator
{
    /// <summary>The label exists with one of the values.</summary>
    In,

    /// <summary>The label does not exist, or has none of the values.</summary>
    NotIn,

    /// <summary>The label exists.</summary>
    Exists,

    /// <summary>The label does not exist.</summary>
    Absent,
}

/// <summary>One condition on a host's labels.</summary>
/// <param name="Key">The label's key.</param>
/// <param name="Operator">How it is looked at.</param>
/// <param name="Values">In ordinal order without duplicates; empty for <see cref="LabelOperator.Exists"/> and
/// <see cref="LabelOperator.Absent"/>.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, EquatableArray<string> Values)
{
    /// <summary>Whether it holds for <paramref name="labels"/>.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var exists = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            LabelOperator.In => exists && Values.Contains(value!),
            LabelOperator.NotIn => !exists || !Values.Contains(value!),
            LabelOperator.Exists => exists,
            _ => !exists,
        };
    }

    /// <summary>Its canonical text.</summary>
    public override string ToString() => Operator switch
    {
        LabelOperator.Exists => Key,
        LabelOperator.Absent => $"!{Key}",
        LabelOperator.In when Values.Count == 1 => $"{Key}={Values[0]}",
        LabelOperator.NotIn when Values.Count == 1 => $"{Key}!={Values[0]}",
        LabelOperator.In => $"{Key} in ({string.Join(",", Values)})",
        _ => $"{Key} notin ({string.Join(",", Values)})",
    };
}
