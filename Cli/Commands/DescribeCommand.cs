using System.CommandLine;
using Multipath.Cli.Options;
using Multipath.Cli.Output;
using Multipath.Contracts.Wire;

namespace Multipath.Cli.Commands;

/// <summary><c>mpctl describe host|policy NAME</c>.</summary>
internal static class DescribeCommand
{
    public static Command Build(CommandHost host) => new("describe", "Show one thing whole.") { Host(host), Policy(host) };

    private static Command Host(CommandHost host)
    {
        var name = new Argument<string>("name") { Description = "The host's id." };
        var output = CommonOptions.Output(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml);
        return host.Define("host", "Its paths, its plan, what runs and what happened.", [name, output], async run =>
        {
            var detail = await run.Fleet.Fleet.GetHostAsync(new GetHostRequest { Host = run.Get(name) }, run.Fleet.Once);
            switch (run.Get(output))
            {
                case OutputFormat.Json:
                    Printer.Json(run.Shell, Shapes.Of(detail));
                    break;
                case OutputFormat.Yaml:
                    run.Shell.Out.Write(YamlText.Write(Shapes.Of(detail)));
                    break;
                default:
                    HostText.Write(run.Shell, detail);
                    break;
            }

            return ExitCode.Done;
        });
    }

    private static Command Policy(CommandHost host)
    {
        var name = new Argument<string>("name") { Description = "The policy's name." };
        return host.Define("policy", "Its state, the hosts that it governs and its text.", [name], async run =>
        {
            var policy = await Stored.FindAsync(run, run.Get(name))
                ?? throw new CommandException($"no policy '{SafeText.Line(run.Get(name))}'", "'mpctl get policies' lists them.");
            var hosts = await run.Fleet.Fleet.ListHostsAsync(new ListHostsRequest(), run.Fleet.Once);
            var governed = hosts.Hosts.Where(known => known.Policy == policy.Name)
                .Select(known => known.Host).Order(StringComparer.Ordinal);
            var fields = new FieldList(run.Shell.Out);
            fields.Write("Policy", policy.Name);
            fields.Write("Revision", $"{policy.Revision}, changed {Words.Instant(policy.ChangedAtUs) ?? Words.None}");
            fields.Write("Priority", $"{policy.Priority}");
            fields.Write("Selects", policy.Selector.Length == 0 ? "all" : policy.Selector);
            fields.Write("Governs", Words.Or(string.Join(", ", governed)));
            run.Shell.Out.WriteLine();
            run.Shell.Out.WriteLine(SafeText.Lines(policy.Yaml.TrimEnd('\n')));
            return ExitCode.Done;
        });
    }
}
