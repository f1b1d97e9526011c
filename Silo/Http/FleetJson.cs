using System.Text.Json;
using System.Text.Json.Serialization;

namespace Multipath.Silo.Http;

/// <summary>The JSON that scripts rely on: camel case, enumerations as text, absent rather than null.</summary>
internal static class FleetJson
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
    }
}
