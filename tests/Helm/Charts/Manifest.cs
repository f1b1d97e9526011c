using System.Text.Json;
using System.Text.Json.Nodes;

namespace Multipath.Helm.Tests.Charts;

/// <summary>An object for Kubernetes, as the chart renders it.</summary>
internal sealed class Manifest(object? value)
{
    /// <summary>For looking at and for validation.</summary>
    internal JsonNode Json { get; } = JsonSerializer.SerializeToNode(value)!;

    internal string Kind => Text("kind");

    internal string Name => Text("metadata.name");

    internal string ApiVersion => Text("apiVersion");

    /// <summary>A part by its path; a number chooses from a list. Null when it is not there.</summary>
    internal JsonNode? At(string path) => path.Split('.').Aggregate((JsonNode?)Json, (node, name) => node switch
    {
        JsonArray list => list[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)],
        JsonObject map => map[name],
        _ => null,
    });

    /// <summary>A text, a number or a truth, as text; empty when it is not there.</summary>
    internal string Text(string path) => At(path)?.ToString() ?? "";

    internal IEnumerable<string> Texts(string path) => At(path)!.AsArray().Select(item => item!.ToString());

    /// <summary>The pod that it makes or is; null for what makes none.</summary>
    internal JsonNode? PodSpec => Kind == "Pod" ? At("spec") : At("spec.template.spec");

    /// <summary>A label or an annotation: its name has dots.</summary>
    internal string? Labelled(string path, string name) => At(path)?[name]?.ToString();

    public override string ToString() => $"{Kind}/{Name}";
}
