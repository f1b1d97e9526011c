using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Hosting;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Verbs;

namespace Multipath.Agent.Control;

/// <summary>
/// Answers the tool on the same host: HTTP on a Unix socket, for the owner and root alone. <c>/stack</c>, <c>/connections</c>,
/// <c>/events</c>, whose answer goes on with a line of JSON for each, and <c>/command</c>, which takes a <see cref="StackCommand"/> and
/// answers with null or the refusal.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    private readonly SmallServer _server;
    private readonly string _path;

    private ControlServer(SmallServer server, string path) => (_server, _path) = (server, path);

    /// <summary>Begins to answer.</summary>
    /// <param name="path">The socket; what an agent that was killed left there is replaced.</param>
    /// <param name="teller">Knows the answers.</param>
    /// <param name="commands">Takes commands.</param>
    /// <exception cref="IOException">The socket cannot be made there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made there.</exception>
    internal static ControlServer Start(string path, StackTeller teller, IPathCommands commands)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        return new ControlServer(
            SmallServer.Start(
                kestrel => kestrel.ListenUnixSocket(path),
                (context, ended) => AnswerAsync(context, teller, commands, ended),
                () => Close(path)),
            path);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        File.Delete(_path);
    }

    private static async Task AnswerAsync(
        HttpContext context, StackTeller teller, IPathCommands commands, CancellationToken ended)
    {
        try
        {
            await (context.Request.Path.Value switch
            {
                "/stack" => context.Response.WriteAsJsonAsync(await teller.StackAsync(), Views.Json, ended),
                "/connections" => context.Response.WriteAsJsonAsync(await teller.ConnectionsAsync(), Views.Json, ended),
                "/events" => TellEventsAsync(context.Response, teller, ended),
                "/command" when HttpMethods.IsPost(context.Request.Method) => DoAsync(context, commands, ended),
                _ => Refuse(context.Response, StatusCodes.Status404NotFound),
            });
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Whoever asked is gone, or the stack is.
            context.Abort();
        }
    }

    private static async Task DoAsync(HttpContext context, IPathCommands commands, CancellationToken ended)
    {
        KernelError? refusal;
        try
        {
            var command = await JsonSerializer.DeserializeAsync<StackCommand>(context.Request.Body, Views.Json, ended);
            refusal = command?.Run(commands);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            await Refuse(context.Response, StatusCodes.Status400BadRequest);
            return;
        }
        catch (KernelException e)
        {
            refusal = e.Error;
        }

        await context.Response.WriteAsJsonAsync(refusal, Views.Json, ended);
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

    /// <summary>To all but the owner and root.</summary>
    private static void Close(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static Task Refuse(HttpResponse response, int status)
    {
        response.StatusCode = status;
        return Task.CompletedTask;
    }
}
