using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Multipath.Helm.Tests.Templates;

/// <summary>Reads an expression: calls with arguments, parentheses, fields, pipelines.</summary>
internal sealed partial class Expression
{
    private readonly string[] _tokens;
    private int _at;

    private Expression(string text)
    {
        _tokens = [.. Token().Matches(text).Select(match => match.Value)];
        if (string.Concat(_tokens) != Space().Replace(text, match => match.Groups["text"].Value))
        {
            throw new TemplateException($"cannot read '{text}'");
        }
    }

    internal static Term Parse(string text)
    {
        var expression = new Expression(text);
        var term = expression.Pipeline();
        return expression._at == expression._tokens.Length ? term : throw new TemplateException($"cannot read all of '{text}'");
    }

    private Term Pipeline()
    {
        var term = Stage(piped: null);
        while (Next() == "|")
        {
            _at++;
            term = Stage(term);
        }

        return term;
    }

    private Term Stage(Term? piped)
    {
        if (Next() is not { } first || !Identifier().IsMatch(first) || first is "true" or "false")
        {
            return piped is null ? Operand() : throw new TemplateException($"cannot pipe into '{Next()}'");
        }

        _at++;
        var arguments = new List<Term>();
        while (Next() is not (null or "|" or ")"))
        {
            arguments.Add(Operand());
        }

        return new Term.Call(first, piped is null ? [.. arguments] : [.. arguments, piped]);
    }

    private Term Operand()
    {
        var token = Next() ?? throw new TemplateException("an expression ends too soon");
        _at++;
        if (token == "(")
        {
            var inner = Pipeline();
            return Next() == ")" && ++_at > 0 ? inner : throw new TemplateException("a parenthesis does not end");
        }

        return token[0] switch
        {
            '"' => new Term.Literal(JsonSerializer.Deserialize<string>(token)),
            '$' or '.' => Path(token),
            _ when token is "true" or "false" => new Term.Literal(token == "true"),
            _ when long.TryParse(token, CultureInfo.InvariantCulture, out var number) => new Term.Literal(number),
            _ => throw new TemplateException($"'{token}' is not in the subset that this chart uses"),
        };
    }

    private static Term Path(string token)
    {
        var names = token.Split('.');
        Term start = new Term.Variable(token[0] == '$' ? names[0][1..] : null);
        return names.Skip(1).Where(name => name.Length > 0).Aggregate(start, (of, name) => new Term.Field(of, name));
    }

    private string? Next() => _at < _tokens.Length ? _tokens[_at] : null;

    [GeneratedRegex("""
        "(?:\\.|[^"\\])*"|[|()]|(?:\$\w*)?(?:\.[A-Za-z_]\w*)+|\$\w*|\.|-?\d+|[A-Za-z_]\w*
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();

    // Blanks outside of quoted texts.
    [GeneratedRegex("""(?<text>"(?:\\.|[^"\\])*")|\s+""", RegexOptions.ExplicitCapture)]
    private static partial Regex Space();

    [GeneratedRegex("^[A-Za-z_]\\w*$")]
    private static partial Regex Identifier();
}
