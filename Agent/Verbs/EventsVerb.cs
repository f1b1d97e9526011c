using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent events</c>: what the kernel and userspace stacks tell about connections and subflows, as it happens.</summary>
internal static class EventsVerb
{
    /// <summary>Events that wait to be printed; past it their sources wait, and lose some by themselves.</summary>
    private const int Waiting = 256;

    private static readonly Option<int> Count = new("--count")
    {
        Description = "End after this many events; 0 for never.",
        HelpName = "N",
        CustomParser = Values.Whole<int>,
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
        var stacks = context.Stacks();
        using var plane = context.OpenKernel(stacks);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var events = Channel.CreateBounded<EventView>(Waiting);
        List<(string Plane, IAsyncEnumerable<EventView> Events)> sources =
            plane is null ? [] : [(ConnectionView.Kernel, Kernels(plane, over.Token))];
        foreach (var stack in stacks)
        {
            sources.Add((stack.Plane, await stack.ListenAsync(over.Token)));
        }

        if (!context.Json)
        {
            context.Error.WriteLine($"Watching {string.Join(" and ", sources.Select(source => source.Plane))}.");
        }

        var pouring = Task.WhenAll(sources.Select(async source =>
        {
            await PourAsync(source.Events, events.Writer, over.Token);
            if (!over.IsCancellationRequested)
            {
                context.Error.WriteLine($"mpagent: {source.Plane} is watched no more: its agent has stopped.");
            }
        }));
        _ = pouring.ContinueWith(
            done => events.Writer.TryComplete(done.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None,
            TaskScheduler.Default);
        try
        {
            return await PrintAsync(context, events.Reader, cancellation);
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private static async Task<int> PrintAsync(VerbContext context, ChannelReader<EventView> events, CancellationToken cancellation)
    {
        var left = context.Arguments.GetValue(Count);
        await foreach (var view in events.ReadAllAsync(cancellation))
        {
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
                return Root.ExitDone;
            }
        }

        return context.Fail("There is nothing left to watch.");
    }

    /// <summary>What the kernel tells.</summary>
    internal static async IAsyncEnumerable<EventView> Kernels(
        KernelDataPlane plane, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var value in plane.Events.ReadAllAsync(cancellation))
        {
            yield return EventView.Of(value);
        }
    }

    private static async Task PourAsync(
        IAsyncEnumerable<EventView> source, ChannelWriter<EventView> into, CancellationToken cancellation)
    {
        try
        {
            await foreach (var one in source.WithCancellation(cancellation))
            {
                await into.WriteAsync(one, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Enough was printed.
        }
    }
}
