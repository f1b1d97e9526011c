namespace Multipath.Lab.Tests.Telemetry;

/// <summary>A metric that an expression reads.</summary>
/// <param name="Name">Of the series.</param>
/// <param name="Matchers">Labels in braces, with the operator and the value.</param>
internal sealed record PromQlSelector(string Name, IReadOnlyList<(string Label, string Operator, string Value)> Matchers);

/// <summary>
/// Reads of an expression of PromQL which metrics and labels it names, and refuses one that cannot be: unknown functions, brackets that do
/// not close. Enough to keep files true to the code; what an expression means is Prometheus's to check.
/// </summary>
internal sealed class PromQl
{
    private static readonly HashSet<string> Functions = new(StringComparer.Ordinal)
    {
        "sum", "max", "min", "avg", "count", "topk", "rate", "increase", "histogram_quantile", "absent", "clamp_min", "vector",
    };

    private static readonly HashSet<string> Grouping = new(StringComparer.Ordinal) { "by", "without", "on", "ignoring" };
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal) { "and", "or", "unless", "bool", "offset" };

    private readonly string _text;
    private readonly Stack<char> _open = new();
    private int _at;

    private PromQl(string text) => _text = text;

    public List<PromQlSelector> Selectors { get; } = [];

    public List<string> GroupLabels { get; } = [];

    /// <exception cref="FormatException">It is no expression.</exception>
    public static PromQl Parse(string text)
    {
        var read = new PromQl(text);
        read.Read();
        return read;
    }

    private void Read()
    {
        while (_at < _text.Length)
        {
            var next = _text[_at];
            if (char.IsAsciiLetter(next) || next is '_' or ':')
            {
                Name(Take(IsNamePart));
            }
            else if (char.IsAsciiDigit(next))
            {
                Take(one => char.IsAsciiLetterOrDigit(one) || one == '.');
            }
            else
            {
                Bracket(next);
                _at++;
            }
        }

        Must(_open.Count == 0, "a bracket does not close");
    }

    private void Bracket(char next)
    {
        if (next is '(' or '[')
        {
            _open.Push(next);
        }
        else if (next is ')' or ']')
        {
            Must(_open.TryPop(out var open) && (open, next) is ('(', ')') or ('[', ']'), "a bracket closes another one");
        }
        else
        {
            Must(" \n+-*/%^<>=!,".Contains(next, StringComparison.Ordinal), $"'{next}' where none may be");
        }
    }

    private void Name(string name)
    {
        SkipBlanks();
        var next = _at < _text.Length ? _text[_at] : ' ';
        if (Grouping.Contains(name))
        {
            Must(next == '(', $"{name} without labels");
            var end = _text.IndexOf(')', _at);
            Must(end > 0, "a bracket does not close");
            GroupLabels.AddRange(_text[(_at + 1)..end].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            _at = end + 1;
        }
        else if (Functions.Contains(name))
        {
            Must(next == '(' || _text.AsSpan(_at).StartsWith("by") || _text.AsSpan(_at).StartsWith("without"), $"{name} of nothing");
        }
        else if (!Words.Contains(name))
        {
            Must(next != '(', $"{name} is no function");
            Selectors.Add(new PromQlSelector(name, next == '{' ? Matchers() : []));
        }
    }

    private List<(string, string, string)> Matchers()
    {
        List<(string, string, string)> matchers = [];
        _at++;
        while (_text[_at] != '}')
        {
            SkipBlanks();
            var label = Take(IsNamePart);
            var op = Take(one => one is '=' or '!' or '~');
            Must(label.Length > 0 && op is "=" or "!=" or "=~" or "!~" && _text[_at] == '"', "a matcher that is none");
            var end = _text.IndexOf('"', _at + 1);
            Must(end > 0, "a text does not end");
            matchers.Add((label, op, _text[(_at + 1)..end]));
            _at = end + 1;
            SkipBlanks();
            Must(_at < _text.Length && _text[_at] is ',' or '}', "braces do not close");
            _at += _text[_at] == ',' ? 1 : 0;
        }

        _at++;
        return matchers;
    }

    private string Take(Func<char, bool> isPart)
    {
        var start = _at;
        while (_at < _text.Length && isPart(_text[_at]))
        {
            _at++;
        }

        return _text[start.._at];
    }

    private void SkipBlanks() => Take(char.IsWhiteSpace);

    private static bool IsNamePart(char one) => char.IsAsciiLetterOrDigit(one) || one is '_' or ':';

    private void Must(bool condition, string trouble)
    {
        if (!condition)
        {
            throw new FormatException($"{_text}: {trouble} (at {_at})");
        }
    }
}
