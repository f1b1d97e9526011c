using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Multipath.Agent.Verbs;

namespace Multipath.Agent.Control;

/// <summary>
/// Answers the tool on the same host: HTTP on a Unix socket, for the owner and root alone. <c>/stack</c>, <c>/connections</c>, and
/// <c>/events</c>, whose answer goes on with a line of JSON for each.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    /// <summary>Some persons and scripts; each that watches events holds one.</summary>
    private const int MaxConnections = 16;

    private readonly WebApplication _server;
    private readonly string _path;

    private ControlServer(WebApplication server, string path) => (_server, _path) = (server, path);

    /// <summary>Begins to answer.</summary>
    /// <param name="path">The socket; what an agent that was killed left there is replaced.</param>
    /// <param name="teller">Knows the answers.</param>
    /// <exception cref="IOException">The socket cannot be made there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made there.</exception>
    internal static ControlServer Start(string path, StackTeller teller)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.ListenUnixSocket(path);
        });
        var server = builder.Build();
        server.Run(context => AnswerAsync(context, teller, server.Lifetime.ApplicationStopping));
        try
        {
            // Composition is synchronous; this runs on no context and waits for a socket to be bound.
            server.StartAsync().GetAwaiter().GetResult();
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            return new ControlServer(server, path);
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
        File.Delete(_path);
    }

    private static async Task AnswerAsync(HttpContext context, StackTeller teller, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await (context.Request.Path.Value switch
            {
                "/stack" => context.Response.WriteAsJsonAsync(await teller.StackAsync(), Views.Json, ended.Token),
                "/connections" => context.Response.WriteAsJsonAsync(await teller.ConnectionsAsync(), Views.Json, ended.Token),
                "/events" => TellEventsAsync(context.Response, teller, ended.Token),
                _ => Refuse(context.Response),
            });
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Whoever asked is gone, or the stack is.
            context.Abort();
        }
    }

    private static async Task TellEventsAsync(HttpResponse response, StackTeller teller, CancellationToken cancellation)
    {
        var events = await teller.ListenAsync();
        try
        {
            // The head of the answer says that from now on nothing is missed.
            response.ContentType = "application/jsonl";
            await response.Body.FlushAsync(cancellation);
            await foreach (var happened in events.Reader.ReadAllAsync(cancellation))
            {
                await response.WriteAsync(JsonSerializer.Serialize(EventView.Of(happened, teller.Plane), Views.Json) + "\n", cancellation);
                await response.Body.FlushAsync(cancellation);
            }
        }
        finally
        {
            teller.Leave(events);
        }
    }

    private static Task Refuse(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
