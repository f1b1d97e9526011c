using System.CommandLine;
using Multipath.Cli.Commands;
using Multipath.Cli.Options;

namespace Multipath.Cli;

/// <summary>The tool: its commands, and one run of it.</summary>
internal static class Mpctl
{
    /// <summary>Runs one command line.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Shell shell, CancellationToken cancellation)
    {
        var parsed = Build(shell).Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
        {
            foreach (var problem in Problems(parsed))
            {
                shell.Error.WriteLine($"error: {problem}");
            }

            shell.Error.WriteLine($"  '{PathOf(parsed.CommandResult.Command)} --help' shows what it takes.");
            return ExitCode.Error;
        }

        var configuration = new InvocationConfiguration { Output = shell.Out, Error = shell.Error, EnableDefaultExceptionHandler = false };
        return await parsed.InvokeAsync(configuration, cancellation);
    }

    private static RootCommand Build(Shell shell)
    {
        var common = new CommonOptions();
        var host = new CommandHost(shell, common);
        return new RootCommand("Steers a fleet of multipath hosts: policies in, plans and their reasons out.")
        {
            common.Server,
            common.Timeout,
            GetCommand.Build(host),
            DescribeCommand.Build(host),
            ApplyCommand.Build(host),
            DiffCommand.Build(host),
            DeleteCommand.Build(host),
            WatchCommand.Build(host),
            WhyCommand.Build(host),
            HostCommand.Build(host),
            CheckCommand.Build(host),
            DoctorCommand.Build(host),
            CompletionCommand.Build(host),
        };
    }

    /// <summary>What is wrong with a command line, with the names of what is missing.</summary>
    private static IEnumerable<string> Problems(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0)
        {
            var known = $"there are: {string.Join(", ", command.Subcommands.Select(one => one.Name))}";
            return parsed.UnmatchedTokens is [var first, ..]
                ? [$"'{PathOf(command)}' has no command '{first}'; {known}"]
                : [$"'{PathOf(command)}' needs a command; {known}"];
        }

        var missing = command.Arguments.Where(
            one => one.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(one) is not { Tokens.Count: > 0 });
        return parsed.Errors.Select(error => error.Message.StartsWith("Required argument", StringComparison.Ordinal)
            ? $"'{PathOf(command)}' needs {string.Join(" and ", missing.Select(one => $"<{one.HelpName ?? one.Name}>"))}"
            : error.Message);
    }

    private static string PathOf(Command command)
    {
        var names = new List<string>();
        for (var at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
        {
            names.Insert(0, at is RootCommand ? "mpctl" : at.Name);
        }

        return string.Join(' ', names);
    }
}
