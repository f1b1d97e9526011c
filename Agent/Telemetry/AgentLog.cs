using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Severity = Microsoft.Extensions.Logging.LogLevel;

namespace Multipath.Agent.Telemetry;

/// <summary>How much a line matters.</summary>
internal enum LogLevel
{
    Info,
    Warning,
    Error,
}

/// <summary>One field of a line.</summary>
/// <param name="Name">In lower case with underscores; a unit at its end.</param>
/// <param name="Value">A number, a truth value or anything with a text; null is left out.</param>
internal readonly record struct LogField(string Name, object? Value);

/// <summary>
/// The agent's log: one line for each occurrence, as <c>time level event name=value …</c> or as one JSON object, so that a person
/// reads it with their eyes and a machine without a grammar. Safe for use by several threads.
/// </summary>
/// <param name="output">Where lines go.</param>
/// <param name="json">One JSON object for each line.</param>
/// <param name="time">The time of day.</param>
/// <param name="collected">Gets each line too, with its fields as attributes.</param>
internal sealed class AgentLog(TextWriter output, bool json, TimeProvider time, ILogger? collected = null)
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" \"=\n\r\t");

    private readonly Lock _lock = new();

    /// <summary>Discards everything.</summary>
    public static AgentLog None { get; } = new(TextWriter.Null, json: false, TimeProvider.System);

    public void Info(string happened, params ReadOnlySpan<LogField> fields) => Write(LogLevel.Info, happened, fields);

    public void Warn(string happened, params ReadOnlySpan<LogField> fields) => Write(LogLevel.Warning, happened, fields);

    public void Error(string happened, params ReadOnlySpan<LogField> fields) => Write(LogLevel.Error, happened, fields);

    private void Write(LogLevel level, string happened, ReadOnlySpan<LogField> fields)
    {
        var at = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        var name = level switch
        {
            LogLevel.Info => "info",
            LogLevel.Warning => "warning",
            _ => "error",
        };
        var line = json ? ToJson(at, name, happened, fields) : $"{at} {name} {ToText(happened, fields)}";
        lock (_lock)
        {
            output.WriteLine(line);
            output.Flush();
        }

        var severity = level switch
        {
            LogLevel.Info => Severity.Information,
            LogLevel.Warning => Severity.Warning,
            _ => Severity.Error,
        };
        if (collected?.IsEnabled(severity) == true)
        {
            Collect(collected, severity, happened, fields);
        }
    }

    private static void Collect(ILogger collected, Severity severity, string happened, ReadOnlySpan<LogField> fields)
    {
        var attributes = new List<KeyValuePair<string, object?>>(fields.Length);
        foreach (var field in fields)
        {
            if (field.Value is { } value)
            {
                attributes.Add(new(field.Name, value is bool or int or long or uint or byte or ushort or double ? value : Text(value)));
            }
        }

        var text = ToText(happened, fields);
        collected.Log(severity, new EventId(0, happened), attributes, exception: null, (_, _) => text);
    }

    private static string ToText(string happened, ReadOnlySpan<LogField> fields)
    {
        var line = new StringBuilder(happened);
        foreach (var field in fields)
        {
            if (field.Value is { } value)
            {
                line.Append(' ').Append(field.Name).Append('=').Append(Quote(Text(value)));
            }
        }

        return line.ToString();
    }

    private static string Quote(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAny(NeedsQuotes)
            ? text
            : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)}\"";

    private static string Text(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string ToJson(string at, string level, string happened, ReadOnlySpan<LogField> fields)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, JsonOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("at", at);
            writer.WriteString("level", level);
            writer.WriteString("event", happened);
            foreach (var field in fields)
            {
                WriteField(writer, field);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteField(Utf8JsonWriter writer, LogField field)
    {
        switch (field.Value)
        {
            case null:
                break;
            case bool truth:
                writer.WriteBoolean(field.Name, truth);
                break;
            case int or long or uint or ulong or byte or ushort:
                writer.WriteNumber(field.Name, System.Convert.ToDecimal(field.Value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumber(field.Name, number);
                break;
            default:
                writer.WriteString(field.Name, Text(field.Value));
                break;
        }
    }
}
