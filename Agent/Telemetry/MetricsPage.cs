using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Multipath.Agent.Hosting;
using Multipath.Contracts.Telemetry;

namespace Multipath.Agent.Telemetry;

/// <summary>The agent's metrics at <c>/metrics</c>, and nothing else, by HTTP in clear.</summary>
internal sealed class MetricsPage : IAsyncDisposable
{
    private readonly SmallServer _server;

    private MetricsPage(SmallServer server) => _server = server;

    /// <summary>With the port in use.</summary>
    public Uri Address => new(_server.Address);

    /// <param name="url">http, an IP address or localhost, and a port; port 0 takes a free one.</param>
    /// <param name="pipeline">What is shown.</param>
    /// <exception cref="IOException">The address is in use.</exception>
    public static MetricsPage Serve(Uri url, TelemetryPipeline pipeline)
    {
        var address = url.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(url.Host.Trim('[', ']'));
        return new MetricsPage(SmallServer.Start(
            kestrel => kestrel.Listen(address, url.Port), (context, ended) => AnswerAsync(context, pipeline, ended)));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static Task AnswerAsync(HttpContext context, TelemetryPipeline pipeline, CancellationToken ended)
    {
        var page = context.Request.Path == "/metrics" && HttpMethods.IsGet(context.Request.Method) ? pipeline.Scrape() : null;
        if (page is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = PrometheusText.ContentType;
        return context.Response.WriteAsync(page, Encoding.UTF8, ended);
    }
}
