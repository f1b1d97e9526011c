using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Verbs;

namespace Multipath.Agent.Control;

/// <summary>An agent with a userspace stack on this host, as the tool asks and commands it; a command throws as a question does.</summary>
internal sealed class StackAgent : IPathCommands, IDisposable
{
    /// <summary>It answers within a round of its pump; a person waits no longer for one that hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;

    private StackAgent(string plane, string path)
    {
        Plane = plane;
        var handler = new SocketsHttpHandler { UseProxy = false, ConnectCallback = (_, cancellation) => ConnectAsync(path, cancellation) };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://mpagent"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>What its connections' plane is called.</summary>
    internal string Plane { get; }

    /// <summary>Finds those that answer; one that may not be asked is named on the error stream.</summary>
    /// <param name="directory">Of their sockets.</param>
    /// <param name="netns">Whose network namespace; null for that of this process.</param>
    /// <param name="error">Where to say what is lacking.</param>
    /// <exception cref="InvalidOperationException">No such namespace.</exception>
    internal static IReadOnlyList<StackAgent> OpenAll(string directory, string? netns, TextWriter error)
    {
        var found = new List<StackAgent>();
        foreach (var (device, path) in ControlSockets.Find(directory, netns))
        {
            try
            {
                using var tried = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                tried.Connect(new UnixDomainSocketEndPoint(path));
                found.Add(new StackAgent(StackTeller.NameOf(device), path));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
            {
                error.WriteLine(
                    $"mpagent: {StackTeller.NameOf(device)} is left out: only root and the agent's user may ask its agent.");
            }
            catch (SocketException)
            {
                // Left behind by an agent that was killed.
            }
        }

        return found;
    }

    /// <summary>The stack as a whole.</summary>
    /// <exception cref="InvalidOperationException">It does not answer.</exception>
    internal StackView Stack() => Ask<StackView>("/stack");

    /// <summary>Its connections.</summary>
    /// <exception cref="InvalidOperationException">It does not answer.</exception>
    internal IReadOnlyList<ConnectionView> Connections() => Ask<ConnectionView[]>("/connections");

    /// <summary>Listens; when this returns, nothing is missed from now on.</summary>
    /// <returns>What happens, until the agent stops.</returns>
    /// <exception cref="InvalidOperationException">It does not answer.</exception>
    internal async Task<IAsyncEnumerable<EventView>> ListenAsync(CancellationToken cancellation)
    {
        try
        {
            var answer = await _http.GetAsync(new Uri("/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation);
            return ReadAsync(answer.EnsureSuccessStatusCode(), cancellation);
        }
        catch (HttpRequestException e)
        {
            throw Silent(e);
        }
    }

    public KernelError? Create(uint token, PmAddress local, PmAddress remote) => Tell(new StackCommand.Create(
        token, $"{local}", local.Id, $"{remote}", (local.Flags & EndpointFlags.Backup) != 0));

    public KernelError? Destroy(uint token, in FourTuple subflow) =>
        Tell(new StackCommand.Destroy(token, $"{subflow.Local}", $"{subflow.Remote}"));

    public KernelError? SetBackup(uint token, in FourTuple subflow, bool backup) =>
        Tell(new StackCommand.SetBackup(token, $"{subflow.Local}", $"{subflow.Remote}", backup));

    public KernelError? Announce(uint token, IPAddress address, byte id, ushort port = 0) =>
        Tell(new StackCommand.Announce(token, $"{address}", id, port));

    public KernelError? Withdraw(uint token, byte localId) => Tell(new StackCommand.Withdraw(token, localId));

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async IAsyncEnumerable<EventView> ReadAsync(
        HttpResponseMessage answer, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var own = answer;
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        while (await LineAsync(lines, cancellation) is { } line)
        {
            yield return JsonSerializer.Deserialize<EventView>(line, Views.Json)!;
        }
    }

    /// <summary>An agent that is killed breaks off in the middle.</summary>
    private static async Task<string?> LineAsync(StreamReader lines, CancellationToken cancellation)
    {
        try
        {
            return await lines.ReadLineAsync(cancellation);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return null;
        }
    }

    private T Ask<T>(string what) => Wait(patience => _http.GetFromJsonAsync<T>(what, Views.Json, patience))!;

    private KernelError? Tell(StackCommand command) => Wait(async patience =>
    {
        using var answer = await _http.PostAsJsonAsync("/command", command, Views.Json, patience);
        return answer.StatusCode == HttpStatusCode.NotFound
            ? throw new InvalidOperationException($"The agent of {Plane} is older than this tool and takes no commands; restart it.")
            : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<KernelError?>(Views.Json, patience);
    });

    private T Wait<T>(Func<CancellationToken, Task<T>> exchange)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return exchange(patience.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            throw Silent(e);
        }
    }

    private InvalidOperationException Silent(Exception why) => new($"The agent of {Plane} does not answer: {why.Message}", why);
}
