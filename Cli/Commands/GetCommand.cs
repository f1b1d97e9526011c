using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Multipath.Cli.Options;
using Multipath.Cli.Output;
using Multipath.Contracts.Wire;
using Multipath.Policies.Select;
using Multipath.Policies.Text;

namespace Multipath.Cli.Commands;

/// <summary><c>mpctl get hosts|policies [NAME...]</c>.</summary>
internal static class GetCommand
{
    private static readonly ImmutableArray<Column> HostColumns =
    [
        new("HOST"), new("STATUS"), new("POLICY"), new("PLAN"), new("PATHS"), new("CONNECTIONS"), new("SEEN"), new("DESIRED", IsWide: true),
        new("LABELS", IsWide: true),
    ];

    private static readonly ImmutableArray<Column> PolicyColumns =
        [new("POLICY"), new("PRIORITY"), new("HOSTS"), new("REVISION"), new("CHANGED"), new("LINES", IsWide: true)];

    public static Command Build(CommandHost host) => new("get", "List what the fleet has.") { Hosts(host), Policies(host) };

    private static Command Hosts(CommandHost host)
    {
        var (names, selector) = (Names("Hosts to list; all when none is named."), CommonOptions.Selector());
        var output = CommonOptions.Output(Enum.GetValues<OutputFormat>());
        var command = host.Define("hosts", "Hosts, what they run and how they are.", [names, selector, output], async run =>
        {
            var request = new ListHostsRequest { Selector = run.Get(selector) };
            var reply = await run.Fleet.Fleet.ListHostsAsync(request, run.Fleet.Once);
            var hosts = Named(reply.Hosts, known => known.Host, run.Get(names), "host");
            var items = hosts.Select(known => new Item($"host/{known.Host}", Cells(known, run.Shell.Time), Shapes.Of(known)));
            Printer.Print(run.Shell, run.Get(output), new Listing("hosts", "HostList", HostColumns, [.. items]));
            return ExitCode.Done;
        });
        command.Aliases.Add("host");
        return command;
    }

    private static Command Policies(CommandHost host)
    {
        var (names, selector) = (Names("Policies to list; all when none is named."), CommonOptions.Selector());
        var output = CommonOptions.Output(Enum.GetValues<OutputFormat>());
        var command = host.Define("policies", "Policies; -o yaml writes them as they were applied.", [names, selector, output], async run =>
        {
            var selected = Selected(run.Get(selector));
            var reply = await run.Fleet.Fleet.ListPoliciesAsync(new ListPoliciesRequest(), run.Fleet.Once);
            var policies = Named(reply.Policies.Where(selected), policy => policy.Name, run.Get(names), "policy");
            var items = policies.Select(policy =>
                new Item($"policy/{policy.Name}", Cells(policy, run.Shell.Time), Shapes.Of(policy), policy.Yaml));
            Printer.Print(run.Shell, run.Get(output), new Listing("policies", "PolicyList", PolicyColumns, [.. items]));
            return ExitCode.Done;
        });
        command.Aliases.Add("policy");
        return command;
    }

    private static Argument<string[]> Names(string description) =>
        new("name") { Description = description, Arity = ArgumentArity.ZeroOrMore };

    private static T[] Named<T>(IEnumerable<T> things, Func<T, string> name, string[] names, string noun)
    {
        var all = things.OrderBy(name, StringComparer.Ordinal).ToArray();
        var missing = names.Except(all.Select(name)).ToArray();
        return missing.Length > 0
            ? throw new CommandException($"no {noun} '{SafeText.Line(missing[0])}'", "Without a name, and without -l, all are listed.")
            : names.Length == 0 ? all : [.. all.Where(thing => names.Contains(name(thing)))];
    }

    // The labels of a policy stand in its text.
    private static Func<PolicyInfo, bool> Selected(string selector)
    {
        var parsed = LabelSelector.Parse(selector);
        return parsed.Value is { } labels
            ? policy => PolicyText.Parse(policy.Yaml, policy.Name).Value is { } known ? labels.Matches(known.Labels) : selector.Length == 0
            : throw new CommandException(parsed.Errors[0].ToString());
    }

    private static ImmutableArray<string> Cells(HostSummary host, TimeProvider clock) =>
    [
        host.Host, Words.Of(host.Status), Words.Or(host.Policy), Words.Of(host.Running), $"{host.PathsUp}/{host.Paths}",
        host.Connections.ToString(CultureInfo.InvariantCulture), Words.Ago(clock, host.LastSeenUs), Words.Of(host.Desired),
        Words.Labels(host.Labels),
    ];

    private static ImmutableArray<string> Cells(PolicyInfo policy, TimeProvider clock) =>
    [
        policy.Name, policy.Priority.ToString(CultureInfo.InvariantCulture), policy.Selector.Length == 0 ? "all" : policy.Selector,
        policy.Revision.ToString(CultureInfo.InvariantCulture), Words.Ago(clock, policy.ChangedAtUs),
        policy.Yaml.TrimEnd('\n').Split('\n').Length.ToString(CultureInfo.InvariantCulture),
    ];
}
