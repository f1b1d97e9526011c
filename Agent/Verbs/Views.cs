using System.Text.Json;
using System.Text.Json.Serialization;

namespace Multipath.Agent.Verbs;

/// <summary>How views are written as JSON, for programs and on the way from an agent to the tool.</summary>
internal static class Views
{
    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
