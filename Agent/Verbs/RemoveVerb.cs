using System.CommandLine;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent remove</c>: withdraws an address at the peer, and closes its subflows at both ends.</summary>
internal static class RemoveVerb
{
    internal static Command Create()
    {
        var connections = new ConnectionSelector();
        var id = new Argument<byte>("ID") { Description = "This host's id of the address.", CustomParser = Values.Whole<byte> };
        var command = new Command("remove", "Withdraw an address at the peer (REMOVE_ADDR).");
        connections.AddTo(command);
        command.Add(id);
        VerbContext.Run(command, context =>
        {
            using var connection = connections.Find(context);
            var number = context.Arguments.GetValue(id);
            return context.Finish(connection.Commands.Withdraw(connection.Token, number), $"address id {number} withdrawn");
        });
        return command;
    }
}
