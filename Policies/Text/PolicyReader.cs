using System.Collections.Immutable;
using Multipath.Policies.Model;
using Multipath.Policies.Select;

namespace Multipath.Policies.Text;

/// <summary>Reads the whole of a policy: its head and its spec, the parts by their own readers.</summary>
internal sealed class PolicyReader(Diagnostics errors)
{
    internal const string ApiVersion = "multipath/v1";

    private const int MaxLabels = 64;

    /// <summary>The policy, or null with an error.</summary>
    internal Policy? Read(YamlNode root)
    {
        if (MapReader.Open(root, "", errors) is not { } top)
        {
            return null;
        }

        top.Require("apiVersion", Scalars.OneOf((ApiVersion, true)), true);
        top.Require("kind", Scalars.OneOf(("Policy", true)), true);
        var (name, labels) = Metadata(top.RequireMap("metadata"));
        var spec = top.RequireMap("spec");
        top.Close();
        return spec is null ? null : Spec(spec, name, labels);
    }

    private (string Name, ImmutableSortedDictionary<string, string> Labels) Metadata(MapReader? map)
    {
        var labels = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        if (map is null)
        {
            return ("", labels);
        }

        var name = map.Require("name", Scalars.Name, "");
        if (map.Take("labels") is { } node)
        {
            labels = Labels(node, labels);
        }

        map.Close();
        return (name, labels);
    }

    private ImmutableSortedDictionary<string, string> Labels(YamlNode node, ImmutableSortedDictionary<string, string> labels)
    {
        if (node is not YamlMap map || map.Fields.Length > MaxLabels)
        {
            errors.Add(node, $"metadata.labels is a map of at most {MaxLabels} labels, not {node.Kind}");
            return labels;
        }

        foreach (var field in map.Fields)
        {
            if (!LabelSyntax.IsKey(field.Key.Text))
            {
                errors.Add(field.Key, $"{field.Key.Kind} is not a label's key; expected [prefix/]name");
            }
            else if (field.Value is YamlScalar value && LabelSyntax.IsValue(value.Text))
            {
                labels = labels.SetItem(field.Key.Text, value.Text);
            }
            else
            {
                errors.Add(field.Value, $"{field.Value.Kind} is not a label's value; expected up to 63 letters, digits, '-', '_' and '.'");
            }
        }

        return labels;
    }

    private Policy Spec(MapReader spec, string name, ImmutableSortedDictionary<string, string> labels)
    {
        var priority = spec.Get("priority", Scalars.Integer(-1_000_000, 1_000_000), 0);
        var hosts = Hosts(spec.Require("hosts", "a label selector; \"\" selects every host"));
        var paths = new PathClassReader(errors).ReadAll(spec.List("paths", PathClassReader.MaxClasses));
        var traffic = new TrafficClassReader(errors, paths).ReadAll(spec.List("traffic", TrafficClassReader.MaxClasses));
        var rules = new RulesReader(spec);
        var handover = rules.Handover();
        var limits = rules.Limits();
        var tests = new TestReader(errors, paths, traffic).ReadAll(spec.List("tests", TestReader.MaxTests));
        spec.Close();
        return new Policy(name, labels, priority, hosts, paths, traffic, handover, limits, tests);
    }

    private LabelSelector Hosts(YamlNode? node)
    {
        if (node is not YamlScalar { Text: var text } scalar || scalar.IsNothing && scalar.Text.Length > 0)
        {
            if (node is not null)
            {
                errors.Add(node, $"spec.hosts is {node.Kind}; expected a label selector such as class in (van, truck), !canary");
            }

            return LabelSelector.Everything;
        }

        var result = LabelSelector.Parse(text);
        if (result.Value is { } selector && !(scalar.Plain && text.Length == 0))
        {
            return selector;
        }

        if (result.Value is not null)
        {
            errors.Add(scalar, "spec.hosts is nothing; write \"\" to select every host");
            return LabelSelector.Everything;
        }

        // Within quotes the text starts one column later.
        var error = result.Errors[0];
        errors.Add(scalar.Line, scalar.Column + error.Column - (scalar.Plain ? 1 : 0), $"in spec.hosts: {error.Message}");
        return LabelSelector.Everything;
    }
}
