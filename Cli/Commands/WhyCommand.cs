using System.CommandLine;
using Multipath.Cli.Options;
using Multipath.Cli.Output;
using Multipath.Contracts.Wire;

namespace Multipath.Cli.Commands;

/// <summary><c>mpctl why HOST</c>: each line of the host's plan with the rule, the values and the timer behind it.</summary>
internal static class WhyCommand
{
    public static Command Build(CommandHost host)
    {
        var name = new Argument<string>("host") { Description = "The host's id." };
        var traffic = new Option<string?>("--class") { Description = "Only this traffic class.", HelpName = "name" };
        var output = CommonOptions.Output(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml);
        return host.Define("why", "Why a host's paths have the roles that they have.", [name, traffic, output], async run =>
        {
            var detail = await run.Fleet.Fleet.GetHostAsync(new GetHostRequest { Host = run.Get(name) }, run.Fleet.Once);
            var plan = detail.Plan ?? throw new CommandException(
                $"host '{SafeText.Line(run.Get(name))}' has no plan: no policy selects it",
                "'mpctl get policies' shows which hosts they select.");
            if (run.Get(traffic) is { } asked && plan.Classes.All(one => one.Name != asked))
            {
                throw new CommandException(
                    $"the plan has no traffic class '{asked}'",
                    $"It has {SafeText.Line(string.Join(", ", plan.Classes.Select(one => one.Name)))}.");
            }

            Write(run, plan, detail, run.Get(traffic), run.Get(output));
            return ExitCode.Done;
        });
    }

    private static void Write(Invocation run, Plan plan, HostDetail detail, string? traffic, OutputFormat format)
    {
        switch (format)
        {
            case OutputFormat.Json:
                Printer.Json(run.Shell, Shapes.Of(plan));
                break;
            case OutputFormat.Yaml:
                run.Shell.Out.Write(YamlText.Write(Shapes.Of(plan)));
                break;
            default:
                var runs = Words.Of(detail.Summary?.Running);
                var state = runs == Words.Of(plan.Version) ? "it runs" : $"the host runs {runs}";
                var ranked = $"ranked by policy {plan.Policy} on report {plan.ObservationSequence}";
                run.Shell.Out.WriteLine(SafeText.Line($"Plan {Words.Of(plan.Version)}, {ranked}; {state}."));
                if (detail.Trouble.Length > 0)
                {
                    run.Shell.Out.WriteLine(SafeText.Line($"Trouble: {detail.Trouble}"));
                }

                HostText.Plan(run.Shell, plan, traffic);
                break;
        }
    }
}
