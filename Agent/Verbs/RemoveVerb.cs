using System.CommandLine;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent remove</c>: withdraws an address at the peer, and closes its subflows at both ends.</summary>
internal static class RemoveVerb
{
    internal static Command Create()
    {
        var token = Values.Token();
        var id = new Argument<byte>("ID") { Description = "This host's id of the address." };
        var command = new Command("remove", "Withdraw an address at the peer (REMOVE_ADDR).") { token, id };
        VerbContext.Run(command, context =>
        {
            using var plane = KernelDataPlane.Open(context.Netns);
            var connection = context.Arguments.GetValue(token);
            _ = SubflowSelector.Connection(context, plane.Snapshot(), connection);
            var number = context.Arguments.GetValue(id);
            return context.Finish(plane.Withdraw(connection, number), $"address id {number} withdrawn");
        });
        return command;
    }
}
