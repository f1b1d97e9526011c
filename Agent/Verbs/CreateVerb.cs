using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent create</c>: makes a further subflow, and says whether it came about.</summary>
internal static class CreateVerb
{
    /// <summary>The kernel gives a SYN that nobody answers longer than this; a person is told to look again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    internal static Command Create()
    {
        var token = Values.Token();
        var local = Values.EndPoint("--local", "The local address.", required: true);
        var remote = Values.EndPoint("--remote", "The peer's address; without it or its port, that of the connection.");
        var id = new Option<byte>("--id") { Description = "Id of the local address; else the one it has or a free one.", HelpName = "ID" };
        var backup = new Option<bool>("--backup") { Description = "As backup." };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait until it is established." };
        var command = new Command("create", "Make a further subflow.") { token, local, remote, id, backup, noWait };
        VerbContext.Run(command, async (context, cancellation) =>
        {
            using var plane = KernelDataPlane.Open(context.Netns);
            var connection = SubflowSelector.Connection(context, plane.Snapshot(), context.Arguments.GetValue(token));
            var from = context.Arguments.GetRequiredValue(local)!;
            var to = Target(connection, context.Arguments.GetValue(remote));
            var number = context.Arguments.GetValue(id);
            var source = new PmAddress(from.Address, (ushort)from.Port, number != 0 ? number : IdFor(connection, from.Address),
                context.Arguments.GetValue(backup) ? EndpointFlags.Backup : EndpointFlags.None);
            if (plane.CreateSubflow(connection.Token, source, to) is { } error)
            {
                return context.Fail(error.ToString());
            }

            return context.Arguments.GetValue(noWait)
                ? context.Finish(null, $"connecting {source} -> {to}")
                : await WaitAsync(context, plane, connection.Token, source, to, cancellation);
        });
        return command;
    }

    /// <summary>The id that the connection knows a local address by, or the lowest that it does not use.</summary>
    internal static byte IdFor(MptcpConnection connection, IPAddress local)
    {
        var used = connection.Subflows.Select(s => s.LocalId).ToHashSet();
        foreach (var subflow in connection.Subflows)
        {
            if (subflow.LocalId != 0 && subflow.Tuple.LocalAddress.MapToIPv6().Equals(local.MapToIPv6()))
            {
                return subflow.LocalId;
            }
        }

        return (byte)Enumerable.Range(1, byte.MaxValue).First(candidate => !used.Contains((byte)candidate));
    }

    private static PmAddress Target(MptcpConnection connection, IPEndPoint? remote)
    {
        var (address, port) = (connection.Tuple.RemoteAddress, connection.Tuple.RemotePort);
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return new PmAddress(remote?.Address ?? address, remote is { Port: > 0 } ? (ushort)remote.Port : port);
    }

    private static async Task<int> WaitAsync(VerbContext context, KernelDataPlane plane, uint token, PmAddress source, PmAddress target,
        CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Patience);
        try
        {
            await foreach (var value in plane.Events.ReadAllAsync(timeout.Token))
            {
                switch (value)
                {
                    case MptcpEvent.SubflowEstablished e when e.Token == token && IsOurs(e.Subflow, source, target):
                        return context.Finish(null,
                            $"subflow {e.Subflow.Tuple} established, ids {e.Subflow.LocalId}/{e.Subflow.RemoteId}");
                    case MptcpEvent.SubflowClosed e when e.Token == token && IsOurs(e.Subflow, source, target):
                        return context.Fail($"Cannot create a subflow {source} -> {target}: {Reason(e)}.");
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Falls through to the message.
        }

        return context.Fail($"No answer on {source} -> {target} within {Patience.TotalSeconds:0} s; the kernel goes on trying.");
    }

    private static bool IsOurs(in SubflowFacts facts, in PmAddress source, in PmAddress target) =>
        facts.Tuple.LocalAddress.MapToIPv6().Equals(source.Address.MapToIPv6())
        && facts.Tuple.RemoteAddress.MapToIPv6().Equals(target.Address.MapToIPv6())
        && facts.Tuple.RemotePort == target.Port;

    private static string Reason(MptcpEvent.SubflowClosed closed) => closed switch
    {
        { Error: not 0 } => $"{Errno.Name(closed.Error)} ({Marshal.GetPInvokeErrorMessage(closed.Error)})",
        { ResetReason: { } reason } => $"the peer reset it, reason {reason} of RFC 8684, section 3.6",
        _ => "it was closed",
    };
}
