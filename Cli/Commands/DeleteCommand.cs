using System.CommandLine;
using Multipath.Cli.Output;
using Multipath.Contracts.Wire;

namespace Multipath.Cli.Commands;

/// <summary><c>mpctl delete policy NAME</c>.</summary>
internal static class DeleteCommand
{
    public static Command Build(CommandHost host)
    {
        var name = new Argument<string>("name") { Description = "The policy's name." };
        return new Command("delete", "Remove a thing from the fleet.")
        {
            host.Define("policy", "Its hosts follow the next policy that selects them, or none.", [name], async run =>
            {
                await run.Fleet.Fleet.DeletePolicyAsync(new DeletePolicyRequest { Name = run.Get(name) }, run.Fleet.Once);
                run.Shell.Out.WriteLine($"policy/{SafeText.Line(run.Get(name))} deleted");
                return ExitCode.Done;
            }),
        };
    }
}
