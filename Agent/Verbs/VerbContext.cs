using System.CommandLine;
using System.Text.Json;
using Multipath.Agent.Control;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.Verbs;

/// <summary>What a verb has to work with.</summary>
internal sealed class VerbContext(ParseResult arguments)
{
    private static readonly JsonSerializerOptions Document = new(Views.Json) { WriteIndented = true };

    internal ParseResult Arguments { get; } = arguments;

    internal TextWriter Output { get; } = arguments.InvocationConfiguration.Output;

    internal TextWriter Error { get; } = arguments.InvocationConfiguration.Error;

    /// <summary>The network namespace to work in; null for that of this process.</summary>
    internal string? Netns => Arguments.GetValue(CommonOptions.Netns);

    /// <summary>The agents of this namespace that have a userspace stack and answer.</summary>
    internal IReadOnlyList<StackAgent> Stacks() => StackAgent.OpenAll(Arguments.GetValue(CommonOptions.Control)!, Netns, Error);

    /// <summary>The kernel's plane; null where it has no MPTCP and userspace stacks take its place.</summary>
    /// <exception cref="KernelException">It cannot be opened, and there is no stack to show instead.</exception>
    internal KernelDataPlane? OpenKernel(IReadOnlyList<StackAgent> stacks)
    {
        try
        {
            return KernelDataPlane.Open(Netns);
        }
        catch (KernelException) when (stacks.Count > 0)
        {
            return null;
        }
    }

    internal bool Json => Arguments.GetValue(CommonOptions.Output) == "json";

    /// <summary>Makes a verb run a function; what the kernel refuses becomes one line on the error stream and exit code 1.</summary>
    internal static void Run(Command command, Func<VerbContext, CancellationToken, Task<int>> function) =>
        command.SetAction(async (arguments, cancellation) =>
        {
            var context = new VerbContext(arguments);
            try
            {
                return await function(context, cancellation);
            }
            catch (Exception e) when (e is KernelException or NetlinkException or InvalidOperationException)
            {
                return context.Fail(e.Message);
            }
            catch (OperationCanceledException)
            {
                return Root.ExitDone;
            }
        });

    /// <inheritdoc cref="Run(Command, Func{VerbContext, CancellationToken, Task{int}})"/>
    internal static void Run(Command command, Func<VerbContext, int> function) =>
        Run(command, (context, _) => Task.FromResult(function(context)));

    /// <summary>Says why not.</summary>
    internal int Fail(string message)
    {
        Error.WriteLine($"mpagent: {message}");
        return Root.ExitFailed;
    }

    /// <summary>Says why not, or that it is done.</summary>
    internal int Finish(KernelError? error, string done)
    {
        if (error is not null)
        {
            return Fail(error.ToString());
        }

        Output.WriteLine(done);
        return Root.ExitDone;
    }

    /// <summary>Prints a value as JSON over several lines.</summary>
    internal int PrintJson<T>(T value)
    {
        Output.WriteLine(JsonSerializer.Serialize(value, Document));
        return Root.ExitDone;
    }

    /// <summary>Prints a value as JSON on one line.</summary>
    internal void PrintJsonLine<T>(T value) => Output.WriteLine(JsonSerializer.Serialize(value, Views.Json));
}
