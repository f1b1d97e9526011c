using System.Buffers.Binary;
using System.Text;

namespace Multipath.TestKit;

/// <summary>A span as it came by OTLP.</summary>
/// <param name="Service">The resource's <c>service.name</c>.</param>
/// <param name="Scope">The activity source.</param>
/// <param name="Name">Of the span.</param>
/// <param name="TraceId">In hexadecimal.</param>
/// <param name="SpanId">In hexadecimal.</param>
/// <param name="ParentId">Empty for the first of a trace.</param>
public sealed record OtlpSpan(string Service, string Scope, string Name, string TraceId, string SpanId, string ParentId);

/// <summary>A metric as it came by OTLP.</summary>
/// <param name="Resource">The attributes of who sent it.</param>
/// <param name="Scope">The meter.</param>
/// <param name="Name">Of the metric.</param>
/// <param name="Unit">In UCUM.</param>
/// <param name="Kind">gauge, sum or histogram.</param>
public sealed record OtlpMetric(IReadOnlyDictionary<string, string> Resource, string Scope, string Name, string Unit, string Kind);

/// <summary>A line of a log as it came by OTLP.</summary>
/// <param name="Resource">The attributes of who sent it.</param>
/// <param name="Scope">The logger.</param>
/// <param name="Severity">Such as <c>Warning</c>.</param>
/// <param name="Body">The text.</param>
/// <param name="Attributes">Those that are texts.</param>
/// <param name="TraceId">In hexadecimal; empty outside of a span.</param>
/// <param name="SpanId">In hexadecimal.</param>
public sealed record OtlpLog(
    IReadOnlyDictionary<string, string> Resource,
    string Scope,
    string Severity,
    string Body,
    IReadOnlyDictionary<string, string> Attributes,
    string TraceId,
    string SpanId);

/// <summary>
/// The few fields of OTLP's export requests that tests look at, read off the wire by their numbers in the public definitions
/// (opentelemetry.io/docs/specs/otlp) and protobuf's encoding, so that nothing of what wrote them is taken on trust.
/// </summary>
internal static class OtlpMessage
{
    private const int Length = 2;

    public static IEnumerable<OtlpSpan> Spans(ReadOnlyMemory<byte> request) =>
        from resourceSpans in Messages(request, 1)
        let resource = Resource(resourceSpans)
        from scopeSpans in Messages(resourceSpans, 2)
        from span in Messages(scopeSpans, 2)
        select new OtlpSpan(
            resource.GetValueOrDefault("service.name", ""), Scope(scopeSpans), Text(span, 5), Hex(span, 1), Hex(span, 2), Hex(span, 4));

    public static IEnumerable<OtlpMetric> Metrics(ReadOnlyMemory<byte> request) =>
        from resourceMetrics in Messages(request, 1)
        let resource = Resource(resourceMetrics)
        from scopeMetrics in Messages(resourceMetrics, 2)
        from metric in Messages(scopeMetrics, 2)
        select new OtlpMetric(resource, Scope(scopeMetrics), Text(metric, 1), Text(metric, 3), Kind(metric));

    public static IEnumerable<OtlpLog> Logs(ReadOnlyMemory<byte> request) =>
        from resourceLogs in Messages(request, 1)
        let resource = Resource(resourceLogs)
        from scopeLogs in Messages(resourceLogs, 2)
        from log in Messages(scopeLogs, 2)
        select new OtlpLog(
            resource, Scope(scopeLogs), Text(log, 3), Text(Messages(log, 5).FirstOrDefault(), 1), Texts(log, 6), Hex(log, 9), Hex(log, 10));

    private static string Kind(ReadOnlyMemory<byte> metric) =>
        Messages(metric, 5).Any() ? "gauge" : Messages(metric, 7).Any() ? "sum" : Messages(metric, 9).Any() ? "histogram" : "other";

    private static string Scope(ReadOnlyMemory<byte> group) => Text(Messages(group, 1).FirstOrDefault(), 1);

    private static Dictionary<string, string> Resource(ReadOnlyMemory<byte> group) => Texts(Messages(group, 1).FirstOrDefault(), 1);

    private static Dictionary<string, string> Texts(ReadOnlyMemory<byte> message, int field) => Messages(message, field)
        .ToDictionary(pair => Text(pair, 1), pair => Text(Messages(pair, 2).FirstOrDefault(), 1));

    private static string Text(ReadOnlyMemory<byte> message, int field) =>
        Encoding.UTF8.GetString(Messages(message, field).FirstOrDefault().Span);

    private static string Hex(ReadOnlyMemory<byte> message, int field) =>
        Convert.ToHexStringLower(Messages(message, field).FirstOrDefault().Span);

    /// <summary>The values of a field whose values have a length: messages, texts and bytes.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Messages(ReadOnlyMemory<byte> message, int field)
    {
        var rest = message;
        while (rest.Length > 0)
        {
            var key = Varint(ref rest);
            var length = (int)(key & 7) switch
            {
                0 => Skip(ref rest),
                1 => 8,
                Length => (int)Varint(ref rest),
                5 => 4,
                var type => throw new FormatException($"wire type {type}"),
            };
            if ((key & 7) == Length && key >> 3 == (ulong)field)
            {
                yield return rest[..length];
            }

            rest = rest[length..];
        }
    }

    private static int Skip(ref ReadOnlyMemory<byte> rest)
    {
        _ = Varint(ref rest);
        return 0;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> rest)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = rest.Span[0];
            rest = rest[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if ((next & 0x80) == 0)
            {
                return value;
            }
        }
    }

    /// <summary>The message of a gRPC frame: a flag of compression, a length, the bytes.</summary>
    public static ReadOnlyMemory<byte> Unframe(ReadOnlyMemory<byte> frame) =>
        frame.Span[0] == 0 && BinaryPrimitives.ReadUInt32BigEndian(frame.Span[1..]) == frame.Length - 5
            ? frame[5..]
            : throw new FormatException("not one uncompressed gRPC message");
}
