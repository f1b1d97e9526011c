using System.CommandLine;

namespace Multipath.Agent.Verbs;

/// <summary>The command line of mpagent. Exit codes: 0 done, 1 not done (the reason is on the error stream), 2 wrong usage.</summary>
internal static class Root
{
    internal const int ExitDone = 0;
    internal const int ExitFailed = 1;
    internal const int ExitUsage = 2;

    /// <summary>Every verb, in the order in which help lists them.</summary>
    private static readonly Func<Command>[] Verbs =
    [
        RunVerb.Create,
        StatusVerb.Create,
        PathsVerb.Create,
        ConnectionsVerb.Create,
        EventsVerb.Create,
        EndpointVerb.Create,
        LimitsVerb.Create,
        CreateVerb.Create,
        DestroyVerb.Create,
        SetBackupVerb.Create,
        AnnounceVerb.Create,
        RemoveVerb.Create,
    ];

    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="output">Null for standard output.</param>
    /// <param name="error">Null for standard error.</param>
    /// <param name="cancellation">Ends verbs that go on; so do Ctrl-C and SIGTERM.</param>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter? output = null, TextWriter? error = null,
        CancellationToken cancellation = default)
    {
        var parsed = Create().Parse(arguments);
        var invocation = new InvocationConfiguration { Output = output ?? Console.Out, Error = error ?? Console.Error };
        var exit = await parsed.InvokeAsync(invocation, cancellation);
        return parsed.Errors.Count > 0 ? ExitUsage : exit;
    }

    private static RootCommand Create()
    {
        var root = new RootCommand("Steers Multipath TCP on this host: shows paths, connections and subflows, and changes them.")
        {
            CommonOptions.Netns,
            CommonOptions.Control,
        };
        foreach (var verb in Verbs)
        {
            root.Add(verb());
        }

        return root;
    }
}
