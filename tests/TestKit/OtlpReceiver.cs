using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Multipath.TestKit;

/// <summary>A collector that keeps what programs send it by OTLP, over gRPC on one port and over HTTP (protobuf) on another.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly byte[] EmptyGrpcMessage = [0, 0, 0, 0, 0];

    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private readonly ConcurrentQueue<OtlpMetric> _metrics = new();
    private readonly ConcurrentQueue<OtlpLog> _logs = new();
    private readonly WebApplication _server;

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _server = builder.Build();
        _server.Run(TakeAsync);
    }

    /// <summary>For the protocol <c>grpc</c>.</summary>
    public Uri Grpc => new(_server.Urls.First());

    /// <summary>For the protocol <c>http/protobuf</c>.</summary>
    public Uri Http => new(_server.Urls.Last());

    /// <summary>What came so far.</summary>
    public IReadOnlyCollection<OtlpSpan> Spans => [.. _spans];

    /// <summary>What came so far; a metric comes again with each export.</summary>
    public IReadOnlyCollection<OtlpMetric> Metrics => [.. _metrics];

    /// <summary>What came so far.</summary>
    public IReadOnlyCollection<OtlpLog> Logs => [.. _logs];

    /// <summary>Requests that could not be read, with the reason.</summary>
    public ConcurrentQueue<string> Troubles { get; } = new();

    /// <summary>Listens on ports of loopback.</summary>
    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._server.StartAsync();
        return receiver;
    }

    /// <summary>Waits for a span.</summary>
    public async Task<OtlpSpan> SpanAsync(Func<OtlpSpan, bool> wanted)
    {
        await Eventually.HoldsAsync("the span came", () => _spans.Any(wanted), Patience);
        return _spans.First(wanted);
    }

    /// <summary>Waits for a metric.</summary>
    public async Task<OtlpMetric> MetricAsync(string name)
    {
        await Eventually.HoldsAsync($"the metric {name} came", () => _metrics.Any(one => one.Name == name), Patience);
        return _metrics.First(one => one.Name == name);
    }

    /// <summary>Waits for a line of a log.</summary>
    public async Task<OtlpLog> LogAsync(Func<OtlpLog, bool> wanted)
    {
        await Eventually.HoldsAsync("the line came", () => _logs.Any(wanted), Patience);
        return _logs.First(wanted);
    }

    /// <summary>Stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var grpc = context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
        try
        {
            var message = grpc ? OtlpMessage.Unframe(body.ToArray()) : body.ToArray();
            Take(context.Request.Path.Value ?? "", message);
        }
        catch (Exception error) when (error is FormatException or ArgumentException or IndexOutOfRangeException)
        {
            Troubles.Enqueue($"{context.Request.Path}: {error.Message}");
        }

        if (grpc)
        {
            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            await context.Response.Body.WriteAsync(EmptyGrpcMessage);
            context.Response.AppendTrailer("grpc-status", "0");
        }
        else
        {
            context.Response.ContentType = "application/x-protobuf";
        }
    }

    private void Take(string path, ReadOnlyMemory<byte> message)
    {
        switch (path)
        {
            case "/opentelemetry.proto.collector.trace.v1.TraceService/Export" or "/v1/traces":
                foreach (var span in OtlpMessage.Spans(message))
                {
                    _spans.Enqueue(span);
                }

                break;
            case "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" or "/v1/metrics":
                foreach (var metric in OtlpMessage.Metrics(message))
                {
                    _metrics.Enqueue(metric);
                }

                break;
            case "/opentelemetry.proto.collector.logs.v1.LogsService/Export" or "/v1/logs":
                foreach (var log in OtlpMessage.Logs(message))
                {
                    _logs.Enqueue(log);
                }

                break;
            default:
                throw new FormatException("not a path of OTLP");
        }
    }
}
