using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Multipath.Agent.Hosting;

/// <summary>A web server for some persons and scripts: one function answers, and nothing is logged.</summary>
internal sealed class SmallServer : IAsyncDisposable
{
    /// <summary>A scraper or two, some persons, and each that watches events holds one.</summary>
    private const int MaxConnections = 16;

    private readonly WebApplication _server;

    private SmallServer(WebApplication server) => _server = server;

    /// <summary>Where it listens, with the port in use.</summary>
    internal string Address => _server.Urls.First();

    /// <summary>Begins to answer.</summary>
    /// <param name="listen">Says where.</param>
    /// <param name="answer">Answers a request; the token ends with the request and with the server.</param>
    /// <param name="begun">Called once it listens; what this throws ends the server too.</param>
    /// <exception cref="IOException">The address is in use, or cannot be had.</exception>
    internal static SmallServer Start(
        Action<KestrelServerOptions> listen, Func<HttpContext, CancellationToken, Task> answer, Action? begun = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            listen(kestrel);
        });
        var server = builder.Build();
        server.Run(context => AnswerAsync(context, answer, server.Lifetime.ApplicationStopping));
        try
        {
            // Composition is synchronous; this runs on no context and waits for a socket to be bound.
            server.StartAsync().GetAwaiter().GetResult();
            begun?.Invoke();
            return new SmallServer(server);
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

    private static async Task AnswerAsync(
        HttpContext context, Func<HttpContext, CancellationToken, Task> answer, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await answer(context, ended.Token);
    }
}
