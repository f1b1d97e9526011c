using System.CommandLine;
using Grpc.Core;
using Multipath.Cli.Output;
using Multipath.Contracts.Wire;

namespace Multipath.Cli.Commands;

/// <summary><c>mpctl host resume HOST... | -l SELECTOR</c>.</summary>
internal static class HostCommand
{
    public static Command Build(CommandHost host) => new("host", "Do something to hosts.") { Resume(host) };

    private static Command Resume(CommandHost host)
    {
        var names = new Argument<string[]>("host") { Description = "Hosts by id.", Arity = ArgumentArity.ZeroOrMore };
        var selector = new Option<string?>("--selector", "-l")
        {
            Description = "All held hosts that these labels select, such as 'class in (van, truck)'; '' for all.",
            HelpName = "selector",
        };
        return host.Define(
            "resume", "Let held hosts go on: what is stored now replaces what they run.", [names, selector], async run =>
            {
                var held = await Wanted(run, run.Get(names), run.Get(selector));
                foreach (var name in held)
                {
                    await Resume(run, name);
                    run.Shell.Out.WriteLine($"host/{SafeText.Line(name)} resumed");
                }

                if (held.Count == 0)
                {
                    run.Shell.Out.WriteLine("no host is held");
                }

                return ExitCode.Done;
            });
    }

    private static async Task<IReadOnlyList<string>> Wanted(Invocation run, string[] names, string? selector)
    {
        if ((names.Length == 0) == (selector is null))
        {
            throw new CommandException("name hosts, or select them with -l", "'mpctl get hosts' shows which are held.");
        }

        if (selector is null)
        {
            return names;
        }

        var known = await run.Fleet.Fleet.ListHostsAsync(new ListHostsRequest { Selector = selector }, run.Fleet.Once);
        return [.. known.Hosts.Where(one => one.Status == HostStatus.Held).Select(one => one.Host).Order(StringComparer.Ordinal)];
    }

    private static async Task Resume(Invocation run, string name)
    {
        try
        {
            await run.Fleet.Fleet.ResumeHostAsync(new ResumeHostRequest { Host = name }, run.Fleet.Once);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.FailedPrecondition)
        {
            throw new CommandException($"host '{SafeText.Line(name)}' is not held", "'mpctl get hosts' shows which are.");
        }
    }
}
