using Multipath.Policies.Model;

namespace Multipath.Policies.Select;

/// <summary>Reads the text of a label selector by recursive descent; one use.</summary>
/// <remarks>
/// <code>
/// selector    = [ requirement *( "," requirement ) ]
/// requirement = "!" key / key [ ( "=" / "==" / "!=" ) value / ( "in" / "notin" ) "(" value *( "," value ) ")" ]
/// </code>
/// Spaces may stand between any two of these.
/// </remarks>
internal sealed class SelectorParser(string text)
{
    private const int MaxRequirements = 64;

    private int _at;

    /// <summary>What is wrong, when <see cref="TryRead"/> said no.</summary>
    internal string Error { get; private set; } = "";

    /// <summary>Where, from 1.</summary>
    internal int Column { get; private set; } = 1;

    internal bool TryRead(out List<LabelRequirement> requirements)
    {
        requirements = [];
        if (text.Length > LabelSelector.MaxLength)
        {
            return Fail($"a selector of {text.Length} characters; at most {LabelSelector.MaxLength} are accepted");
        }

        SkipSpaces();
        if (_at == text.Length)
        {
            return true;
        }

        while (requirements.Count < MaxRequirements)
        {
            if (Requirement() is not { } requirement)
            {
                return false;
            }

            requirements.Add(requirement);
            if (_at == text.Length)
            {
                return true;
            }

            if (!Take(","))
            {
                return Fail($"found {Found()}; expected ',' or the end, or one of =, ==, !=, in, notin behind a key");
            }
        }

        return Fail($"more than {MaxRequirements} conditions");
    }

    private LabelRequirement? Requirement()
    {
        if (Take("!"))
        {
            return Key() is { } absent ? new LabelRequirement(absent, LabelOperator.Absent, []) : null;
        }

        if (Key() is not { } key)
        {
            return null;
        }

        if (Take("=="))
        {
            return Single(key, LabelOperator.In);
        }

        if (Take("!="))
        {
            return Single(key, LabelOperator.NotIn);
        }

        if (Take("="))
        {
            return Single(key, LabelOperator.In);
        }

        var before = _at;
        switch (Word())
        {
            case "in":
                return Set(key, LabelOperator.In);
            case "notin":
                return Set(key, LabelOperator.NotIn);
            default:
                _at = before;
                return new LabelRequirement(key, LabelOperator.Exists, []);
        }
    }

    private LabelRequirement? Single(string key, LabelOperator op) =>
        Value() is { } value ? new LabelRequirement(key, op, [value]) : null;

    private LabelRequirement? Set(string key, LabelOperator op)
    {
        if (!Take("("))
        {
            Fail($"found {Found()}; expected '(' and a list of values");
            return null;
        }

        var values = new SortedSet<string>(StringComparer.Ordinal);
        do
        {
            if (Value() is not { } value)
            {
                return null;
            }

            values.Add(value);
        }
        while (Take(","));

        if (!Take(")"))
        {
            Fail($"found {Found()}; expected ',' or ')'");
            return null;
        }

        return new LabelRequirement(key, op, values.ToEquatableArray());
    }

    private string? Key()
    {
        var before = _at;
        var word = Word();
        if (word is not ("in" or "notin") && LabelSyntax.IsKey(word))
        {
            return word;
        }

        _at = before;
        Fail(word.Length == 0 ? $"found {Found()}; expected a label's key" : $"'{word}' is not a label's key; expected [prefix/]name");
        return null;
    }

    private string? Value()
    {
        var before = _at;
        var word = Word();
        if (LabelSyntax.IsValue(word))
        {
            return word;
        }

        _at = before;
        Fail($"'{word}' is not a label's value; expected up to 63 letters, digits, '-', '_' and '.', letter or digit first and last");
        return null;
    }

    private string Word()
    {
        var start = _at;
        while (_at < text.Length && !IsSpace(text[_at]) && text[_at] is not ('=' or '!' or '(' or ')' or ',' or '<' or '>'))
        {
            _at++;
        }

        var word = text[start.._at];
        SkipSpaces();
        return word;
    }

    private bool Take(string symbol)
    {
        if (string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) != 0)
        {
            return false;
        }

        _at += symbol.Length;
        SkipSpaces();
        return true;
    }

    private void SkipSpaces()
    {
        while (_at < text.Length && IsSpace(text[_at]))
        {
            _at++;
        }
    }

    private string Found() => _at == text.Length ? "the end" : $"'{text[_at]}'";

    private bool Fail(string error)
    {
        Error = error;
        Column = _at + 1;
        return false;
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n';
}
