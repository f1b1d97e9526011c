using System.CommandLine;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent connections</c>: MPTCP connections, their subflows, and the programs behind them.</summary>
internal static class ConnectionsVerb
{
    internal static Command Create()
    {
        var command = new Command("connections", "List MPTCP connections with their subflows and what the kernel measures on each.")
        {
            CommonOptions.Output,
        };
        VerbContext.Run(command, Run);
        return command;
    }

    private static int Run(VerbContext context)
    {
        using var plane = KernelDataPlane.Open(context.Netns);
        var connections = plane.Snapshot().Connections;
        var owners = SocketOwners.Find(connections.Select(c => c.Inode).Where(i => i != 0).ToHashSet());
        if (context.Json)
        {
            return context.PrintJson(connections.Select(c => ConnectionView.Of(c, owners.GetValueOrDefault(c.Inode))));
        }

        var table = new Table(
            "TOKEN", "ROLE", "PROGRAM", "ID", "SUBFLOW", "PRIORITY", "RTT MS", "CWND", "SENT", "RECEIVED", "RETRANS", "RATE/S");
        foreach (var connection in connections)
        {
            AddRows(table, connection, owners.GetValueOrDefault(connection.Inode));
        }

        table.Print(context.Output);
        return Root.ExitDone;
    }

    private static void AddRows(Table table, MptcpConnection connection, SocketOwner? owner)
    {
        var head = (Token: Values.Hex(connection.Token), Role: connection.Role.ToString().ToLowerInvariant(),
            Program: owner is null ? "-" : $"{owner.Name}({owner.ProcessId})");
        if (connection.Subflows.IsEmpty)
        {
            table.Add(head.Token, head.Role, head.Program, "-", $"none left of {connection.Tuple}", "-", "-", "-", "-", "-", "-", "-");
        }

        foreach (var subflow in connection.Subflows)
        {
            var tcp = subflow.Stats.Tcp;
            table.Add(head.Token, head.Role, head.Program, $"{subflow.LocalId}/{subflow.RemoteId}", subflow.Tuple.ToString(),
                Priority(subflow.Stats), Values.Milliseconds(tcp.RttUs), Values.Number(tcp.Cwnd), Values.Bytes(tcp.BytesSent),
                Values.Bytes(tcp.BytesReceived), Values.Number(tcp.TotalRetransmits), Values.Bytes(tcp.DeliveryBytesPerSecond));
            head = ("", "", "");
        }
    }

    private static string Priority(in SubflowStats stats) => (stats.BackupByUs, stats.BackupByPeer) switch
    {
        (true, true) => "backup",
        (true, false) => "backup(us)",
        (false, true) => "backup(peer)",
        _ => "active",
    };
}
