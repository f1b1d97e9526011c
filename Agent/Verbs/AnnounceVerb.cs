using System.CommandLine;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent announce</c>: tells the peer of a further address of this host.</summary>
internal static class AnnounceVerb
{
    internal static Command Create()
    {
        var connections = new ConnectionSelector();
        var address = Values.Address("A local address that the peer may connect to.");
        var id = new Option<byte>("--id")
        {
            Description = "Its id, from 1 to 255; 0 is the address of the initial subflow.",
            HelpName = "ID",
            Required = true,
            CustomParser = result => Values.Whole<byte>(result, 1, byte.MaxValue),
        };
        var port = new Option<ushort>("--port")
        {
            Description = "The port, where some program listens; else that of the connection.",
            HelpName = "PORT",
            CustomParser = Values.Whole<ushort>,
        };
        var command = new Command("announce", "Announce an address to the peer (ADD_ADDR).");
        connections.AddTo(command);
        command.Add(address);
        command.Add(id);
        command.Add(port);
        VerbContext.Run(command, context =>
        {
            using var connection = connections.Find(context);
            var (ip, number) = (context.Arguments.GetRequiredValue(address), context.Arguments.GetValue(id));
            connection.CheckLocal(ip);
            var error = connection.Commands.Announce(connection.Token, ip, number, context.Arguments.GetValue(port));
            return context.Finish(error, $"address {ip} announced as id {number}");
        });
        return command;
    }
}
