using System.CommandLine;
using Multipath.Agent.Hosting;
using Multipath.Lab.Compare;
using Multipath.Lab.Demo;
using Multipath.Lab.Net;
using Multipath.Lab.Output;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Simulated;
using Spectre.Console;

namespace Multipath.Lab.Commands;

/// <summary>
/// The command line of mplab: without arguments the demo, with a file that scenario, with <c>--compare</c> the kernel alone and ours
/// in turn.
/// Exit codes: 0 all as it must be, 1 not, 2 wrong usage or a wrong scenario, 130 interrupted.
/// </summary>
internal static class LabCommand
{
    private const int ExitGood = 0;
    private const int ExitBad = 1;
    private const int ExitUsage = 2;
    private const int ExitInterrupted = 130;

    /// <summary>Namespaces and agents need a moment to go after Ctrl-C.</summary>
    private static readonly TimeSpan _cleanupLimit = TimeSpan.FromSeconds(20);

    /// <summary>The scenario that is run when none is given.</summary>
    internal static string DemoFile { get; } = Path.Combine(AppContext.BaseDirectory, "Scenarios", "three-uplinks.yaml");

    /// <summary>Runs one command line.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var scenario = new Argument<FileInfo?>("scenario")
        {
            Description = "A scenario file; the three-uplinks demo when absent.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        scenario.Validators.Add(result =>
        {
            // What begins so is an option with a slip of the pen, and would be looked for as a file.
            if (result.Tokens is [{ Value: ['-', ..] and var text }])
            {
                result.AddError($"There is no option '{text}'.");
            }
        });
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var plain = new Option<bool>("--plain") { Description = "Plain lines even in a terminal." };
        var compare = new Option<bool>("--compare") { Description = "Measure the kernel alone and this control plane in turn." };
        var simulated = new Option<bool>("--simulated")
        {
            Description = "On a simulated network with our own stack, whatever this machine can do.",
        };
        var runs = new Option<int>("--runs")
        {
            Description = "Runs of each case of --compare; medians are shown.",
            DefaultValueFactory = _ => 5,
        };
        runs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--runs takes a number from 1.");
            }
        });
        var only = new Option<string>("--only")
        {
            Description = "With --compare: only cases whose name contains this.",
            DefaultValueFactory = _ => "",
        };
        only.Validators.Add(result =>
        {
            var options = new CompareOptions(0, result.GetValueOrDefault<string>(), false);
            if (!CompareRun.Names.Any(options.Takes))
            {
                result.AddError($"No case's name contains '{options.Only}'. Cases: {string.Join("; ", CompareRun.Names)}.");
            }
        });
        var root = new RootCommand("Hosts, links, traffic, a silo and agents on one machine.")
        {
            scenario, json, plain, simulated, compare, runs, only, HostsCommand.Create(),
        };
        root.SetAction(async (parsed, cancellation) =>
        {
            // Signals are handled only once the action has returned its task: let go of the thread before there is anything to clean up.
            await Task.Yield();
            return parsed.GetValue(compare)
                ? await CompareAsync(new CompareOptions(parsed.GetValue(runs), parsed.GetValue(only)!, parsed.GetValue(json)), cancellation)
                : await DemoAsync(
                    parsed.GetValue(scenario),
                    parsed.GetValue(simulated),
                    () => View(parsed.GetValue(json), parsed.GetValue(plain)),
                    cancellation);
        });
        var result = root.Parse(arguments);
        return result.Errors.Count > 0
            ? Math.Max(ExitUsage, await result.InvokeAsync())
            : await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = _cleanupLimit });
    }

    private static async Task<int> DemoAsync(FileInfo? file, bool simulated, Func<IRunView> view, CancellationToken cancellation)
    {
        try
        {
            var path = file?.FullName ?? DemoFile;
            var scenario = ScenarioParser.ReadFile(path);
            var folder = Path.GetDirectoryName(path)!;
            var policies = scenario.Policies.Select(name => PolicyFile.Read(Path.Combine(folder, name))).ToArray();
            Func<Scenario, IScenarioNetwork> network = simulated || LacksKernel()
                ? one => new SimulatedNetwork(one)
                : one => ScenarioNetwork.Create(one, endOnSignals: false);
            using var shown = view();
            var summary = await new DemoRun(scenario, policies, network, shown).RunAsync(cancellation);
            return summary.Good ? ExitGood : ExitBad;
        }
        catch (OperationCanceledException)
        {
            return ExitInterrupted;
        }
        catch (Exception e) when (e is ScenarioException or FileNotFoundException or DirectoryNotFoundException
            or UnauthorizedAccessException)
        {
            return Fail(e, ExitUsage);
        }
        catch (Exception e) when (e is IOException or TimeoutException or AgentCannotRunException or Grpc.Core.RpcException)
        {
            return Fail(e, ExitBad);
        }
    }

    private static async Task<int> CompareAsync(CompareOptions options, CancellationToken cancellation)
    {
        if (Preconditions.Lacking() is { Count: > 0 } lacking)
        {
            await Console.Error.WriteLineAsync($"--compare measures the real kernel; this machine lacks {string.Join("; ", lacking)}.");
            return ExitBad;
        }

        try
        {
            return await new CompareRun(options, Console.Out).RunAsync(cancellation) ? ExitGood : ExitBad;
        }
        catch (OperationCanceledException)
        {
            return ExitInterrupted;
        }
        catch (Exception e) when (e is IOException or TimeoutException or AgentCannotRunException)
        {
            return Fail(e, ExitBad);
        }
    }

    /// <summary>Whether the scenario cannot run on this machine's kernel; says why not.</summary>
    private static bool LacksKernel()
    {
        var lacking = Preconditions.Lacking();
        if (lacking.Count > 0)
        {
            Console.Error.WriteLine($"This machine lacks {string.Join("; ", lacking)}; running on a simulated network with our own stack.");
        }

        return lacking.Count > 0;
    }

    private static IRunView View(bool json, bool plain) =>
        json ? new JsonView(Console.Out)
        : plain || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive ? new PlainView(Console.Out)
        : new LiveView(AnsiConsole.Console);

    private static int Fail(Exception error, int code)
    {
        Console.Error.WriteLine($"mplab: {error.Message}");
        return code;
    }
}
