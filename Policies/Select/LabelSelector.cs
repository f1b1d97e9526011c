using Multipath.Policies.Model;
using Multipath.Policies.Text;

namespace Multipath.Policies.Select;

/// <summary>Selects hosts by their labels; grammar and meaning are those of Kubernetes label selectors.</summary>
/// <remarks>
/// <c>class in (van, truck), region=eu, tier!=test, fixed, !canary</c>: all conditions must hold; the empty text selects everything.
/// Two selectors are equal when their conditions are, however they were written.
/// </remarks>
public sealed record LabelSelector
{
    /// <summary>The longest selector, in characters.</summary>
    public const int MaxLength = 4096;

    private LabelSelector(EquatableArray<LabelRequirement> requirements) => Requirements = requirements;

    /// <summary>Selects every host.</summary>
    public static LabelSelector Everything { get; } = new([]);

    /// <summary>The conditions, in ordinal order of their text.</summary>
    public EquatableArray<LabelRequirement> Requirements { get; }

    /// <summary>Reads a selector; errors carry the file name <c>selector</c>, line 1 and the column.</summary>
    public static ParseResult<LabelSelector> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new SelectorParser(text);
        return parser.TryRead(out var requirements)
            ? ParseResult<LabelSelector>.Of(Of(requirements))
            : ParseResult<LabelSelector>.Refused([new PolicyError("selector", 1, parser.Column, parser.Error)]);
    }

    /// <summary>Whether all conditions hold for <paramref name="labels"/>.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var requirement in Requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The canonical text: conditions and values in ordinal order, <c>=</c> rather than <c>==</c>.</summary>
    public override string ToString() => string.Join(",", Requirements);

    private static LabelSelector Of(IEnumerable<LabelRequirement> requirements) =>
        new(requirements
            .Distinct()
            .OrderBy(r => r.Key, StringComparer.Ordinal)
            .ThenBy(r => r.ToString(), StringComparer.Ordinal)
            .ToEquatableArray());
}
