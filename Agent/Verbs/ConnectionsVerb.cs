using System.CommandLine;
using Multipath.Agent.Control;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Verbs;

/// <summary>
/// <c>mpagent connections</c>: MPTCP connections, their subflows, and the programs behind them; of the kernel, and of userspace stacks.
/// </summary>
internal static class ConnectionsVerb
{
    internal static Command Create()
    {
        var command = new Command("connections", "List MPTCP connections with their subflows and what is measured on each.")
        {
            CommonOptions.Output,
        };
        VerbContext.Run(command, Run);
        return command;
    }

    private static int Run(VerbContext context)
    {
        var stacks = context.Stacks();
        ConnectionView[] connections = [.. Kernels(context, stacks), .. stacks.SelectMany(stack => stack.Connections())];
        if (context.Json)
        {
            return context.PrintJson(connections);
        }

        var table = new Table(
            "PLANE", "TOKEN", "ROLE", "PROGRAM", "ID", "SUBFLOW", "PRIORITY", "RTT MS", "CWND", "SENT", "RECEIVED", "RETRANS", "RATE/S");
        foreach (var connection in connections)
        {
            AddRows(table, connection);
        }

        table.Print(context.Output);
        return Root.ExitDone;
    }

    /// <summary>Those of the kernel; none of one that has no MPTCP, where a stack has taken its place.</summary>
    private static IEnumerable<ConnectionView> Kernels(VerbContext context, IReadOnlyList<StackAgent> stacks)
    {
        using var plane = context.OpenKernel(stacks);
        var connections = plane?.Snapshot().Connections ?? [];
        var owners = SocketOwners.Find(connections.Select(c => c.Inode).Where(i => i != 0).ToHashSet());
        return connections.Select(c => ConnectionView.Of(c, owners.GetValueOrDefault(c.Inode)));
    }

    private static void AddRows(Table table, ConnectionView connection)
    {
        var head = (connection.Plane, Token: connection.Multipath ? connection.Token : "plain tcp", connection.Role,
            Program: connection.Program is null ? "-" : $"{connection.Program}({connection.ProcessId})");
        if (connection.Subflows.Count == 0)
        {
            table.Add(
                head.Plane, head.Token, head.Role, head.Program, "-", $"none left of {connection.Local} -> {connection.Remote}",
                "-", "-", "-", "-", "-", "-", "-");
        }

        foreach (var subflow in connection.Subflows)
        {
            table.Add(
                head.Plane, head.Token, head.Role, head.Program, $"{subflow.LocalId}/{subflow.RemoteId}",
                $"{subflow.Local} -> {subflow.Remote}", Priority(subflow), Values.Milliseconds(subflow.RttUs), Values.Number(subflow.Cwnd),
                Values.Bytes(subflow.BytesSent), Values.Bytes(subflow.BytesReceived), Values.Number(subflow.TotalRetransmits),
                Values.Bytes(subflow.DeliveryBytesPerSecond));
            head = ("", "", "", "");
        }
    }

    private static string Priority(SubflowView subflow) => (subflow.BackupByUs, subflow.BackupByPeer) switch
    {
        (true, true) => "backup",
        (true, false) => "backup(us)",
        (false, true) => "backup(peer)",
        _ => "active",
    };
}
