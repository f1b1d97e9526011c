using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Multipath.Contracts.Telemetry;

namespace Multipath.Agent.Telemetry;

/// <summary>The agent's metrics at <c>/metrics</c>, and nothing else, by HTTP in clear.</summary>
internal sealed class MetricsPage : IAsyncDisposable
{
    /// <summary>A scraper or two and a person.</summary>
    private const int MaxConnections = 16;

    private readonly WebApplication _server;

    private MetricsPage(WebApplication server, Uri address) => (_server, Address) = (server, address);

    /// <summary>With the port in use.</summary>
    public Uri Address { get; }

    /// <param name="url">http, an IP address or localhost, and a port; port 0 takes a free one.</param>
    /// <param name="pipeline">What is shown.</param>
    /// <exception cref="IOException">The address is in use.</exception>
    public static MetricsPage Serve(Uri url, TelemetryPipeline pipeline)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Listen(url.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(url.Host.Trim('[', ']')), url.Port);
        });
        var server = builder.Build();
        server.Run(context => Answer(context, pipeline));
        try
        {
            // Composition is synchronous; this runs on no context and waits for a socket to be bound.
            server.StartAsync().GetAwaiter().GetResult();
            return new MetricsPage(server, new Uri(server.Urls.First()));
        }
        catch
        {
            ((IDisposable)server).Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    private static Task Answer(HttpContext context, TelemetryPipeline pipeline)
    {
        var page = context.Request.Path == "/metrics" && HttpMethods.IsGet(context.Request.Method) ? pipeline.Scrape() : null;
        if (page is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = PrometheusText.ContentType;
        return context.Response.WriteAsync(page, Encoding.UTF8, context.RequestAborted);
    }
}
