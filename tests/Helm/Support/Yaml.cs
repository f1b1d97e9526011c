using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Multipath.Helm.Tests.Support;

/// <summary>
/// YAML as maps (sorted, as Go ranges over them), lists, texts, numbers, truths and null, by YAML 1.2's core schema. A key twice is an
/// error.
/// </summary>
internal static partial class Yaml
{
    /// <summary>All documents that are not empty.</summary>
    internal static IReadOnlyList<object?> ReadAll(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => Value(document.RootNode)).Where(value => value is not null)];
    }

    /// <summary>The one document, a map.</summary>
    internal static SortedDictionary<string, object?> Read(string text) =>
        ReadAll(text) is [SortedDictionary<string, object?> map] ? map : throw new InvalidDataException("one map was expected");

    /// <summary>A copy with another's entries laid over it, map by map, as helm does with values.</summary>
    internal static SortedDictionary<string, object?> Merge(
        IReadOnlyDictionary<string, object?> below, IReadOnlyDictionary<string, object?> above)
    {
        var merged = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in below.Concat(above))
        {
            merged[key] = merged.GetValueOrDefault(key) is IReadOnlyDictionary<string, object?> under
                && value is IReadOnlyDictionary<string, object?> over
                ? Merge(under, over)
                : value;
        }

        return merged;
    }

    private static object? Value(YamlNode node) => node switch
    {
        YamlMappingNode map => new SortedDictionary<string, object?>(
            map.Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => Value(pair.Value)), StringComparer.Ordinal),
        YamlSequenceNode list => list.Children.Select(Value).ToList(),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
        YamlScalarNode scalar => scalar.Value,
        _ => throw new InvalidDataException($"line {node.Start.Line}: not a value"),
    };

    private static object? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        _ when Whole().IsMatch(text) => long.Parse(text, CultureInfo.InvariantCulture),
        _ when Broken().IsMatch(text) => double.Parse(text, CultureInfo.InvariantCulture),
        _ => text,
    };

    [GeneratedRegex("^[-+]?[0-9]+$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Broken();
}
