using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Net;
using Multipath.Agent.Hosting;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent run</c>: the daemon.</summary>
internal static class RunVerb
{
    /// <summary>Less than a segment would stop MPTCP: it hands out nothing while a byte waits.</summary>
    private const int LeastUnsent = 4096;

    private static readonly Option<string> Host = new("--host")
    {
        Description = "This host's id in the fleet; the machine's name by default.",
        DefaultValueFactory = _ => Environment.MachineName,
    };

    private static readonly Option<Uri[]> Silo = new("--silo")
    {
        Description = "The silo, such as http://silo:7443; may be repeated for the silos of one cluster, of which each attempt "
            + "takes the next. Without it the agent stands alone and follows --policy.",
        CustomParser = result => [.. result.Tokens.Select(token => Address(result, token.Value))],
    };

    private static readonly Option<string[]> Label = new("--label")
    {
        Description = "A label of this host, as KEY=VALUE; may be repeated. Policies select hosts by labels.",
    };

    private static readonly Option<string?> State = new("--state")
    {
        Description = "A directory where the last plan is kept, so that a restart without the silo goes on with it.",
    };

    private static readonly Option<string?> Sysctls = new("--sysctls")
    {
        Description = "Where the files of net.mptcp.* are, for a container that sees /proc/sys read-only and has them mounted elsewhere.",
    };

    private static readonly Option<FileInfo?> PolicyFile = new("--policy")
    {
        Description = "A policy to follow by itself until a silo gives a plan.",
    };

    private static readonly Option<bool> TuneRoutes = new("--tune-routes")
    {
        Description = "Give the routes of paths that stand by a large initial window (initcwnd) while the agent runs; "
            + "'--tune-routes false' leaves all routes alone.",
        DefaultValueFactory = _ => true,
    };

    private static readonly Option<int?> UnsentLimit = new("--unsent-limit")
    {
        Description = "Bytes that a socket may hold unsent (net.ipv4.tcp_notsent_lowat) while the agent runs, such as 16384: bulk data "
            + "that a dead path left is sent sooner on the others. It holds for all TCP of the host. Left alone by default.",
        CustomParser = result => int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            && bytes >= LeastUnsent
            ? bytes
            : Refuse<int?>(result, $"'{result.Tokens[0].Value}' is no number of bytes from {LeastUnsent} on."),
    };

    private static readonly Option<Uri?> Metrics = new("--metrics")
    {
        Description = "Serve the agent's metrics as a page for Prometheus, such as http://127.0.0.1:9464 (at /metrics). Off by default.",
        CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) && IsListenable(uri)
            ? uri
            : Refuse<Uri?>(result, $"'{result.Tokens[0].Value}' is no address to serve metrics on, expected as http://127.0.0.1:9464."),
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Log lines as JSON objects." };

    internal static Command Create()
    {
        var command = new Command("run", "Steers this host's connections until it is stopped (SIGTERM, Ctrl-C).")
        {
            Host, Silo, Label, State, Sysctls, PolicyFile, TuneRoutes, UnsentLimit, Metrics, Json,
        };
        RunPlane.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            var options = Options(parsed);
            await using var agent = RunPlane.Tun(parsed) is { } tun ? AgentHost.Start(options, tun) : AgentHost.Start(options);
            if (agent.Proxy is { } proxy)
            {
                RunPlane.Tell(options, proxy);
            }

            var stopped = Task.Delay(Timeout.Infinite, cancellation);
            await await Task.WhenAny(agent.Failed, stopped);
            return Root.ExitDone;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Root.ExitDone;
        }
        catch (Exception e) when (e is AgentCannotRunException or IOException or UnauthorizedAccessException or FormatException)
        {
            await error.WriteLineAsync($"mpagent: {e.Message}");
            return Root.ExitFailed;
        }
        catch (Exception e) when (e is DataPlanes.Kernel.KernelException or InvalidOperationException)
        {
            await error.WriteLineAsync($"mpagent: The agent cannot go on: {e.Message}");
            return Root.ExitFailed;
        }
    }

    private static AgentOptions Options(ParseResult parsed)
    {
        var policy = parsed.GetValue(PolicyFile);
        var silos = parsed.GetValue(Silo) ?? [];
        return new AgentOptions(parsed.GetValue(Host)!)
        {
            Silo = silos.FirstOrDefault(),
            OtherSilos = [.. silos.Skip(1)],
            Labels = Labels(parsed.GetValue(Label) ?? []),
            Netns = parsed.GetValue(CommonOptions.Netns),
            StateDirectory = parsed.GetValue(State),
            SysctlDirectory = parsed.GetValue(Sysctls),
            PolicyYaml = policy is null ? null : Read(policy),
            PolicyFileName = policy?.Name ?? "policy",
            TuneStandbyRoutes = parsed.GetValue(TuneRoutes),
            UnsentLimit = parsed.GetValue(UnsentLimit),
            Metrics = parsed.GetValue(Metrics),
            JsonLog = parsed.GetValue(Json),
            Log = parsed.InvocationConfiguration.Output,
        };
    }

    private static string Read(FileInfo policy) => policy.Exists
        ? File.ReadAllText(policy.FullName)
        : throw new FileNotFoundException($"There is no file {policy.FullName} to read a policy from.");

    private static ImmutableSortedDictionary<string, string> Labels(string[] texts) => texts
        .Select(text => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
            ? KeyValuePair.Create(text[..at], text[(at + 1)..])
            : throw new FormatException($"'{text}' is no label; write KEY=VALUE."))
        .ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static bool IsListenable(Uri uri) => uri.Scheme == Uri.UriSchemeHttp && uri.PathAndQuery == "/"
        && (uri.Host == "localhost" || IPAddress.TryParse(uri.Host.Trim('[', ']'), out _));

    private static T? Refuse<T>(System.CommandLine.Parsing.ArgumentResult result, string text)
    {
        result.AddError(text);
        return default;
    }

    private static Uri Address(System.CommandLine.Parsing.ArgumentResult result, string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            result.AddError($"'{text}' is no http or https address.");
        }

        return uri!;
    }
}
