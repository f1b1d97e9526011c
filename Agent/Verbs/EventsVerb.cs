using System.CommandLine;
using System.Globalization;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent events</c>: what the kernel tells about connections and subflows, as it happens.</summary>
internal static class EventsVerb
{
    private static readonly Option<int> Count = new("--count")
    {
        Description = "End after this many events; 0 for never.",
        HelpName = "N",
    };

    internal static Command Create()
    {
        var command = new Command(
            "events", "Print events of connections and subflows as they happen, until Ctrl-C; in json, one object a line.")
        {
            CommonOptions.Output,
            Count,
        };
        VerbContext.Run(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancellation)
    {
        using var plane = KernelDataPlane.Open(context.Netns);
        var left = context.Arguments.GetValue(Count);
        await foreach (var value in plane.Events.ReadAllAsync(cancellation))
        {
            var view = EventView.Of(value);
            if (context.Json)
            {
                context.PrintJsonLine(view);
            }
            else
            {
                context.Output.WriteLine($"{DateTime.Now.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {view.Line()}");
            }

            await context.Output.FlushAsync(cancellation);
            if (--left == 0)
            {
                break;
            }
        }

        return Root.ExitDone;
    }
}
