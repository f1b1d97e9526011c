using System.Collections.Immutable;

namespace Multipath.Policies.Text;

/// <summary>Takes the fields of one map by name; what nobody took is unknown, and refused at the end.</summary>
internal sealed class MapReader
{
    private readonly YamlMap _map;
    private readonly string _what;
    private readonly Diagnostics _errors;
    private readonly List<string> _known = [];

    private MapReader(YamlMap map, string what, Diagnostics errors)
    {
        _map = map;
        _what = what;
        _errors = errors;
    }

    /// <summary>Its name in errors, for example <c>spec.handover</c>; empty for the root.</summary>
    internal string What => _what;

    /// <summary>Where the map starts.</summary>
    internal YamlNode Node => _map;

    /// <summary>Reads <paramref name="node"/> as a map; null with an error when it is something else.</summary>
    /// <param name="node">The node.</param>
    /// <param name="what">What the map is, for errors: <c>spec.handover</c>; empty for the root.</param>
    /// <param name="errors">Where errors go.</param>
    internal static MapReader? Open(YamlNode node, string what, Diagnostics errors)
    {
        if (node is YamlMap map)
        {
            return new MapReader(map, what, errors);
        }

        errors.Add(node, $"{OrPolicy(what)} is a map of fields, not {node.Kind}");
        return null;
    }

    /// <summary>The field's value, or null when it is not given.</summary>
    internal YamlNode? Take(string name)
    {
        _known.Add(name);
        return _map.Fields.FirstOrDefault(f => f.Key.Text == name)?.Value;
    }

    /// <summary>The field's value; an error when it is not given.</summary>
    internal YamlNode? Require(string name, string expected)
    {
        var node = Take(name);
        if (node is null)
        {
            _errors.Add(_map, $"{OrPolicy(_what)} lacks the field '{name}'; expected {expected}");
        }

        return node;
    }

    /// <summary>A field that is a map itself; null when it is absent or wrong.</summary>
    internal MapReader? Map(string name) => Take(name) is { } node ? Open(node, Name(name), _errors) : null;

    /// <summary>A map that must be there.</summary>
    internal MapReader? RequireMap(string name) =>
        Require(name, "a map of fields") is { } node ? Open(node, Name(name), _errors) : null;

    /// <summary>The items of a list; empty when it is absent or wrong.</summary>
    internal ImmutableArray<YamlNode> List(string name, int most)
    {
        switch (Take(name))
        {
            case null:
                return [];
            case YamlList list when list.Items.Length <= most:
                return list.Items;
            case YamlList list:
                _errors.Add(list, $"{Name(name)} has {list.Items.Length} items; at most {most} are accepted");
                return [];
            case { } node:
                _errors.Add(node, $"{Name(name)} is a list, not {node.Kind}");
                return [];
        }
    }

    /// <summary>A single value; false when it is absent or wrong.</summary>
    internal bool Try<T>(string name, ScalarKind<T> kind, out T value)
    {
        value = default!;
        return Take(name) is { } node && Parse(node, Name(name), kind, _errors, out value);
    }

    /// <summary>A single value, or <paramref name="fallback"/> when it is absent or wrong.</summary>
    internal T Get<T>(string name, ScalarKind<T> kind, T fallback) => Try(name, kind, out var value) ? value : fallback;

    /// <summary>A single value that must be there.</summary>
    internal T Require<T>(string name, ScalarKind<T> kind, T fallback) =>
        Require(name, kind.Expected) is { } node && Parse(node, Name(name), kind, _errors, out var value) ? value : fallback;

    /// <summary>Refuses the fields that nobody took.</summary>
    internal void Close()
    {
        foreach (var field in _map.Fields.Where(f => !_known.Contains(f.Key.Text)))
        {
            var name = field.Key.Text;
            _errors.Add(
                field.Key,
                $"unknown field '{Excerpt.Of(name)}' in {OrPolicy(_what)}; "
                + $"expected {string.Join(", ", _known)}{Suggestion.For(name, _known)}");
        }
    }

    /// <summary>Reads one node as a single value.</summary>
    internal static bool Parse<T>(YamlNode node, string what, ScalarKind<T> kind, Diagnostics errors, out T value)
    {
        value = default!;
        if (node is YamlScalar { IsNothing: false } scalar)
        {
            if (kind.TryParse(scalar.Text, out value))
            {
                return true;
            }

            errors.Add(node, $"{what} is {node.Kind}; expected {kind.Expected}{Suggestion.For(scalar.Text, kind.Words ?? [])}");
            return false;
        }

        errors.Add(node, $"{what} is {node.Kind}; expected {kind.Expected}");
        return false;
    }

    private string Name(string field) => _what.Length == 0 ? field : $"{_what}.{field}";

    private static string OrPolicy(string what) => what.Length == 0 ? "a policy" : what;
}
