using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Multipath.Helm.Tests.Templates;

/// <summary>The functions that this chart uses, as Go and sprig define them. The piped value is the last argument.</summary>
internal static class Functions
{
    internal static object? Call(string name, object?[] arguments) => (name, arguments) switch
    {
        ("default", [var fallback, var value]) => IsTrue(value) ? value : fallback,
        ("required", [string message, var value]) => value is null or "" ? throw new TemplateException(message) : value,
        ("not", [var value]) => !IsTrue(value),
        ("eq", [var one, var other]) => Equals(one, other),
        ("ne", [var one, var other]) => !Equals(one, other),
        ("contains", [string part, string text]) => text.Contains(part, StringComparison.Ordinal),
        ("trunc", [long length, string text]) => text.Length > length ? text[..(int)length] : text,
        ("trimSuffix", [string suffix, string text]) =>
            text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text,
        ("regexReplaceAll", [string pattern, string text, string replacement]) => Regex.Replace(text, pattern, replacement),
        ("upper", [string text]) => text.ToUpperInvariant(),
        ("quote", [var value]) => JsonSerializer.Serialize(Print(value)),
        ("printf", [string format, .. var values]) => Format(format, values),
        ("nindent", [long width, string text]) => "\n" + Indent((int)width, text),
        ("toYaml", [var value]) => ToYaml(value),
        ("dict", _) => Dictionary(arguments),
        _ => throw new TemplateException($"{name} with {arguments.Length} arguments is not in the subset that this chart uses"),
    };

    /// <summary>What counts as true in a condition: all but nothing, false, zero and what is empty.</summary>
    internal static bool IsTrue(object? value) => value switch
    {
        null or false or 0L or 0d or "" => false,
        IReadOnlyCollection<object?> list => list.Count > 0,
        IReadOnlyDictionary<string, object?> map => map.Count > 0,
        _ => true,
    };

    /// <summary>A value as a template prints it.</summary>
    internal static string Print(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        string text => text,
        _ => throw new TemplateException("a list or a map is printed only by toYaml"),
    };

    private static string Format(string format, object?[] values)
    {
        var parts = format.Split("%s");
        return parts.Length == values.Length + 1
            ? parts.Skip(1).Zip(values).Aggregate(parts[0], (text, pair) => text + Print(pair.Second) + pair.First)
            : throw new TemplateException($"'{format}' does not fit its {values.Length} values");
    }

    private static string Indent(int width, string text) =>
        new string(' ', width) + text.Replace("\n", "\n" + new string(' ', width), StringComparison.Ordinal);

    // A line for each entry, so that entries can stand beside others; below that JSON, which is YAML too.
    private static string ToYaml(object? value)
    {
        var lines = new StringBuilder();
        switch (value)
        {
            case IReadOnlyDictionary<string, object?> { Count: > 0 } map:
                lines.AppendJoin('\n', map.Select(pair => $"{JsonSerializer.Serialize(pair.Key)}: {JsonSerializer.Serialize(pair.Value)}"));
                break;
            case IReadOnlyList<object?> { Count: > 0 } list:
                lines.AppendJoin('\n', list.Select(item => $"- {JsonSerializer.Serialize(item)}"));
                break;
            default:
                lines.Append(JsonSerializer.Serialize(value));
                break;
        }

        return lines.ToString();
    }

    private static SortedDictionary<string, object?> Dictionary(object?[] arguments)
    {
        var map = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        for (var at = 0; at + 1 < arguments.Length; at += 2)
        {
            map[(string)arguments[at]!] = arguments[at + 1];
        }

        return map;
    }
}
