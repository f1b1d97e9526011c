using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Multipath.Cli.Output;

/// <summary>Writes a shape as block YAML. Text with another reading is quoted as in JSON, which YAML 1.2 includes.</summary>
internal static class YamlText
{
    public static string Write(JsonObject shape)
    {
        var text = new StringBuilder();
        Members(text, shape, 0, isFirstInLine: false);
        return text.ToString();
    }

    private static void Members(StringBuilder text, JsonObject shape, int indent, bool isFirstInLine)
    {
        foreach (var (name, value) in shape)
        {
            text.Append(' ', isFirstInLine ? 0 : indent).Append(Scalar(name)).Append(':');
            isFirstInLine = false;
            Value(text, value, indent);
        }
    }

    private static void Value(StringBuilder text, JsonNode? value, int indent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } inner:
                text.Append('\n');
                Members(text, inner, indent + 2, isFirstInLine: false);
                break;
            case JsonArray { Count: > 0 } list:
                text.Append('\n');
                foreach (var item in list)
                {
                    Element(text, item, indent);
                }

                break;
            default:
                text.Append(' ').Append(Plain(value)).Append('\n');
                break;
        }
    }

    private static void Element(StringBuilder text, JsonNode? item, int indent)
    {
        text.Append(' ', indent).Append("- ");
        if (item is JsonObject { Count: > 0 } inner)
        {
            Members(text, inner, indent + 2, isFirstInLine: true);
        }
        else
        {
            text.Append(Plain(item)).Append('\n');
        }
    }

    private static string Plain(JsonNode? value) => value switch
    {
        null => "null",
        JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => Scalar(scalar.GetValue<string>()),
        _ => value.ToJsonString(),
    };

    private static string Scalar(string text) => IsPlain(text) ? text : JsonSerializer.Serialize(text);

    // A letter first, and nothing after it that YAML gives a meaning; the words that YAML reads as other types are excepted.
    private static bool IsPlain(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/')
        && text.ToLowerInvariant() is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n");
}
