using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent create</c>: makes a further subflow, and says whether it came about.</summary>
internal static class CreateVerb
{
    /// <summary>A SYN that nobody answers is given longer than this; a person is told to look again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    internal static Command Create()
    {
        var connections = new ConnectionSelector();
        var local = Values.EndPoint("--local", "The local address.", required: true);
        var remote = Values.EndPoint("--remote", "The peer's address; without it or its port, that of the connection.");
        var id = new Option<byte>("--id")
        {
            Description = "Id of the local address; else the one it has or a free one.",
            HelpName = "ID",
            CustomParser = Values.Whole<byte>,
        };
        var backup = new Option<bool>("--backup") { Description = "As backup." };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait until it is established." };
        var command = new Command("create", "Make a further subflow.") { local, remote, id, backup, noWait };
        connections.AddTo(command);
        VerbContext.Run(command, async (context, cancellation) =>
        {
            using var connection = connections.Find(context);
            var from = context.Arguments.GetRequiredValue(local)!;
            connection.CheckLocal(from.Address);
            var to = Target(connection, context.Arguments.GetValue(remote));
            var number = context.Arguments.GetValue(id);
            var source = new PmAddress(from.Address, (ushort)from.Port, number != 0 ? number : connection.IdFor(from.Address),
                context.Arguments.GetValue(backup) ? EndpointFlags.Backup : EndpointFlags.None);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var events = await connection.ListenAsync(enough.Token);
            if (connection.Commands.Create(connection.Token, source, to) is { } error)
            {
                return context.Fail(error.ToString());
            }

            return context.Arguments.GetValue(noWait)
                ? context.Finish(null, $"connecting {source} -> {to}")
                : await WaitAsync(context, events, new Wanted(connection, source, to), enough, cancellation);
        });
        return command;
    }

    private static PmAddress Target(SteeredConnection connection, IPEndPoint? remote) => new(
        remote?.Address ?? connection.Remote.Address, (ushort)(remote is { Port: > 0 } ? remote.Port : connection.Remote.Port));

    private static async Task<int> WaitAsync(
        VerbContext context, IAsyncEnumerable<EventView> events, Wanted wanted, CancellationTokenSource enough,
        CancellationToken cancellation)
    {
        enough.CancelAfter(Patience);
        try
        {
            await foreach (var happened in events.WithCancellation(enough.Token))
            {
                switch (happened.Kind)
                {
                    case EventView.SubflowEstablished when wanted.Is(happened):
                        return context.Finish(null,
                            $"subflow {happened.Local} -> {happened.Remote} established, ids {happened.LocalId}/{happened.RemoteId}");
                    case EventView.SubflowClosed when wanted.Is(happened):
                        return context.Fail($"Cannot create a subflow {wanted}: {Reason(happened)}.");
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Falls through to the message.
        }

        return context.Fail($"No answer on {wanted} within {Patience.TotalSeconds:0} s; {wanted.Connection.Plane} goes on trying.");
    }

    private static string Reason(EventView closed) => closed switch
    {
        { Error: { } name } => $"{name} ({Marshal.GetPInvokeErrorMessage(Errno.Number(name))})",
        { ResetReason: { } reason } => $"the peer reset it, reason {reason} of RFC 8684, section 3.6",
        _ => "it was closed",
    };

    /// <summary>The subflow that is to come about.</summary>
    private sealed record Wanted(SteeredConnection Connection, PmAddress Local, PmAddress Remote)
    {
        public override string ToString() => $"{Local} -> {Remote}";

        internal bool Is(EventView happened) => happened.Token == Values.Hex(Connection.Token)
            && IsAt(happened.Local!, Local) && IsAt(happened.Remote!, Remote);

        private static bool IsAt(string end, PmAddress wanted)
        {
            var (address, port) = (IPEndPoint.Parse(end).Address, IPEndPoint.Parse(end).Port);
            return address.MapToIPv6().Equals(wanted.Address.MapToIPv6()) && (wanted.Port == 0 || wanted.Port == port);
        }
    }
}
