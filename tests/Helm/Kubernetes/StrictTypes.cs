using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using Multipath.Helm.Tests.Charts;

namespace Multipath.Helm.Tests.Kubernetes;

/// <summary>
/// The types of Kubernetes's API, read strictly: an unknown kind, a field that the kind does not have, and a value of another type are
/// errors, as with <c>kubectl apply --validate=strict</c>.
/// </summary>
internal static class StrictTypes
{
    private static readonly JsonSerializerOptions Strict = CreateOptions();

    private static readonly Dictionary<(string ApiVersion, string Kind), Type> Known = typeof(V1Pod).Assembly.GetExportedTypes()
        .Select(type => (Type: type, Entity: type.GetCustomAttribute<KubernetesEntityAttribute>()))
        .Where(found => found.Entity is not null)
        .GroupBy(found => (ApiVersionOf(found.Entity!), found.Entity!.Kind))
        .ToDictionary(group => group.Key, group => group.First().Type);

    /// <returns>What is wrong; empty when nothing is.</returns>
    internal static string Problem(Manifest manifest)
    {
        if (!Known.TryGetValue((manifest.ApiVersion, manifest.Kind), out var type))
        {
            return $"{manifest}: {manifest.ApiVersion} has no {manifest.Kind}";
        }

        try
        {
            manifest.Json.Deserialize(type, Strict);
            return "";
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return $"{manifest}: {e.Message}";
        }
    }

    private static string ApiVersionOf(KubernetesEntityAttribute entity) =>
        string.IsNullOrEmpty(entity.Group) ? entity.ApiVersion : $"{entity.Group}/{entity.ApiVersion}";

    private static JsonSerializerOptions CreateOptions() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new KubernetesJson.KubernetesDateTimeConverter(), new KubernetesJson.KubernetesDateTimeOffsetConverter() },
    };
}
