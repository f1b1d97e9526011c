using YamlDotNet.RepresentationModel;

namespace Multipath.Lab.Scenarios;

/// <summary>A mapping of the YAML text that is read key by key; what was not asked for by <see cref="Finish"/> is refused.</summary>
internal sealed class ScenarioNode
{
    internal delegate bool Reader<T>(string text, out T value);

    private readonly string _file;
    private readonly YamlMappingNode _mapping;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    private ScenarioNode(string file, YamlMappingNode mapping)
    {
        _file = file;
        _mapping = mapping;
    }

    /// <summary>Takes a node that has to be a mapping.</summary>
    internal static ScenarioNode Of(string file, YamlNode node) =>
        node is YamlMappingNode mapping ? new ScenarioNode(file, mapping) : throw Problem(file, node, "expected a mapping");

    /// <summary>An error at the place of a key's value, or of the mapping when the key is absent.</summary>
    internal ScenarioException Problem(string key, string problem) => Problem(_file, Find(key) ?? _mapping, problem);

    /// <summary>True when the key is there.</summary>
    internal bool Has(string key) => Find(key) is not null;

    /// <summary>A text that must be there.</summary>
    internal string Text(string key) => OptionalText(key) ?? throw Problem(key, $"'{key}' is missing");

    /// <summary>A text that may be absent.</summary>
    internal string? OptionalText(string key) => Find(key) switch
    {
        null => null,
        YamlScalarNode { Value: { Length: > 0 } text } => text,
        var other => throw Problem(_file, other, $"expected a text for '{key}'"),
    };

    /// <summary>A value that must be there.</summary>
    internal T Value<T>(string key, Reader<T> reader, string expected) where T : struct =>
        OptionalValue(key, reader, expected) ?? throw Problem(key, $"'{key}' is missing, expected {expected}");

    /// <summary>A value that may be absent.</summary>
    internal T? OptionalValue<T>(string key, Reader<T> reader, string expected) where T : struct =>
        OptionalText(key) is not { } text ? null
        : reader(text, out var value) ? value
        : throw Problem(key, $"'{text}' is no good '{key}', expected {expected}");

    /// <summary>The items of a list that may be absent; each is a mapping.</summary>
    internal IEnumerable<ScenarioNode> Items(string key) => Find(key) switch
    {
        null => [],
        YamlSequenceNode list => list.Children.Select(n => Of(_file, n)),
        var other => throw Problem(_file, other, $"expected a list for '{key}'"),
    };

    /// <summary>A mapping from text to text that may be absent.</summary>
    internal IReadOnlyDictionary<string, string> Labels(string key)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Find(key) is not { } node)
        {
            return labels;
        }

        var mapping = Of(_file, node);
        foreach (var label in mapping.Keys())
        {
            labels[label] = mapping.Text(label);
        }

        return labels;
    }

    /// <summary>Refuses the keys that nobody has asked for.</summary>
    internal void Finish()
    {
        foreach (var (key, _) in _mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } name } || !_asked.Contains(name))
            {
                var known = string.Join(", ", _asked.Order(StringComparer.Ordinal));
                throw Problem(_file, key, $"unknown key '{key}', expected one of {known}");
            }
        }
    }

    private IEnumerable<string> Keys() => _mapping.Children.Keys.Select(
        k => (k as YamlScalarNode)?.Value ?? throw Problem(_file, k, "expected a text as key"));

    private YamlNode? Find(string key)
    {
        _asked.Add(key);
        return _mapping.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;
    }

    private static ScenarioException Problem(string file, YamlNode node, string problem) =>
        new(file, node.Start.Line, node.Start.Column, problem);
}
