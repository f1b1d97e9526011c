using System.CommandLine;
using System.CommandLine.Help;

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
        if (parsed.Errors.Count == 0 || parsed.Action is HelpAction)
        {
            return await parsed.InvokeAsync(invocation, cancellation);
        }

        foreach (var problem in Problems(parsed))
        {
            await invocation.Error.WriteLineAsync($"mpagent: {problem}");
        }

        var verb = parsed.CommandResult.Command is RootCommand ? "" : $" {PathOf(parsed.CommandResult.Command)}";
        await invocation.Error.WriteLineAsync($"  `mpagent{verb} --help` shows what it takes.");
        return ExitUsage;
    }

    /// <summary>What is wrong with a command line, with the names of what is missing.</summary>
    private static IEnumerable<string> Problems(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0)
        {
            var known = string.Join(", ", command.Subcommands.Select(one => one.Name));
            return [parsed.UnmatchedTokens is [var first, ..]
                ? $"'{first}' is no verb; there are: {known}."
                : $"A verb is missing; there are: {known}."];
        }

        var missing = command.Arguments.Where(
            one => one.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(one) is not { Tokens.Count: > 0 });
        return parsed.Errors.Select(error => error.Message.StartsWith("Required argument", StringComparison.Ordinal)
            ? $"{string.Join(" and ", missing.Select(one => one.Name))} is missing."
            : error.Message);
    }

    private static string PathOf(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand
        ? $"{parent.Name} {command.Name}"
        : command.Name;

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
