using System.CommandLine;
using Multipath.Agent.Hosting;
using Multipath.Lab.Demo;
using Multipath.Lab.Scenarios;

namespace Multipath.Lab.Commands;

/// <summary><c>mplab hosts</c>: simulated hosts for a silo that runs elsewhere, until they are stopped. Needs no right.</summary>
internal static class HostsCommand
{
    private const int ExitGood = 0;
    private const int ExitUsage = 2;

    internal static Command Create()
    {
        var names = new Argument<string[]>("names")
        {
            Description = "The hosts' ids in the fleet.",
            DefaultValueFactory = _ => ["van-1", "van-2", "van-3"],
        };
        var silo = new Option<Uri>("--silo")
        {
            Description = "Where the silo serves gRPC, such as http://127.0.0.1:5301.",
            Required = true,
            CustomParser = result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                {
                    return address;
                }

                result.AddError($"'{result.Tokens[0].Value}' is no http or https address.");
                return null;
            },
        };
        var file = new Option<FileInfo?>("--scenario")
        {
            Description = "The scenario that each of them lives through again and again; the three-uplinks demo when absent.",
        };
        var command = new Command("hosts", "Run simulated hosts with real agents against a silo, until Ctrl-C.") { names, silo, file };
        command.SetAction(async (parsed, cancellation) =>
        {
            await Task.Yield();
            return await RunAsync(parsed.GetValue(names)!, parsed.GetValue(silo)!, parsed.GetValue(file), cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(string[] names, Uri silo, FileInfo? file, CancellationToken cancellation)
    {
        try
        {
            var scenario = ScenarioParser.ReadFile(file?.FullName ?? LabCommand.DemoFile);
            await Task.WhenAll(names.Select((name, index) =>
                HostLife.RunAsync(name, scenario.For(name, index), silo, Console.Out, cancellation)));
            return ExitGood;
        }
        catch (OperationCanceledException)
        {
            return ExitGood;
        }
        catch (Exception e) when (e is ScenarioException or IOException or UnauthorizedAccessException or AgentCannotRunException)
        {
            await Console.Error.WriteLineAsync($"mplab: {e.Message}");
            return ExitUsage;
        }
    }
}
