using System.CommandLine;
using System.Globalization;
using Multipath.Cli.Options;
using Multipath.Cli.Output;
using Multipath.Contracts.Wire;

namespace Multipath.Cli.Commands;

/// <summary><c>mpctl watch [HOST]</c>: one line for each event until Ctrl-C, --timeout, or the silo's end.</summary>
internal static class WatchCommand
{
    public static Command Build(CommandHost host)
    {
        var name = new Argument<string?>("host") { Description = "Only this host.", Arity = ArgumentArity.ZeroOrOne };
        var output = CommonOptions.Output(OutputFormat.Table, OutputFormat.Json);
        const string description = "What happens in the fleet, from now on; -o json writes one object a line.";
        return host.Define("watch", description, [name, output], async run =>
        {
            using var call = run.Fleet.Fleet.Watch(new WatchRequest { Host = run.Get(name) ?? "" }, run.Fleet.Lasting);
            while (await call.ResponseStream.MoveNext(run.Cancellation))
            {
                Write(run.Shell, run.Get(output), call.ResponseStream.Current);
            }

            return ExitCode.Done;
        });
    }

    private static void Write(Shell shell, OutputFormat format, FleetEvent happened)
    {
        if (format == OutputFormat.Json)
        {
            Printer.JsonLine(shell, Shapes.Of(happened));
            return;
        }

        var at = Words.Time(happened.AtUs)?.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) ?? Words.None;
        var version = happened.Version is null ? "" : $" {Words.Of(happened.Version)}";
        shell.Out.WriteLine(SafeText.Line($"{at} {Words.Or(happened.Host)} {happened.Kind}{version} {happened.Text}").TrimEnd());
    }
}
