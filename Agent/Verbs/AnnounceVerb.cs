using System.CommandLine;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent announce</c>: tells the peer of a further address of this host.</summary>
internal static class AnnounceVerb
{
    internal static Command Create()
    {
        var token = Values.Token();
        var address = Values.Address("A local address that the peer may connect to.");
        var id = new Option<byte>("--id") { Description = "Its id, from 1 to 255.", HelpName = "ID", Required = true };
        var port = new Option<ushort>("--port") { Description = "The port, where some program listens; else that of the connection." };
        var command = new Command("announce", "Announce an address to the peer (ADD_ADDR).") { token, address, id, port };
        command.Validators.Add(result =>
        {
            if (result.GetResult(id) is { Tokens.Count: > 0 } && result.GetValue(id) == 0)
            {
                result.AddError("Id 0 is the address of the initial subflow; give one from 1 to 255.");
            }
        });
        VerbContext.Run(command, context =>
        {
            using var plane = KernelDataPlane.Open(context.Netns);
            var connection = context.Arguments.GetValue(token);
            _ = SubflowSelector.Connection(context, plane.Snapshot(), connection);
            var (ip, number) = (context.Arguments.GetRequiredValue(address), context.Arguments.GetValue(id));
            return context.Finish(plane.Announce(connection, ip, number, context.Arguments.GetValue(port)),
                $"address {ip} announced as id {number}");
        });
        return command;
    }
}
