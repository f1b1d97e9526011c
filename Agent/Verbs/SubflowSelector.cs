using System.CommandLine;
using System.Net;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Verbs;

/// <summary>Options that pick subflows of one connection by what is known of them.</summary>
internal sealed class SubflowSelector
{
    private readonly Option<IPEndPoint?> _local = Values.EndPoint("--local", "Only subflows from this address.");
    private readonly Option<IPEndPoint?> _remote = Values.EndPoint("--remote", "Only subflows to this address.");
    private readonly Option<byte?> _id = new("--id") { Description = "Only subflows with this local address id.", HelpName = "ID" };
    private readonly Option<bool> _all = new("--all") { Description = "All that match, where there are several." };

    internal void AddTo(Command command)
    {
        command.Add(_local);
        command.Add(_remote);
        command.Add(_id);
        command.Add(_all);
    }

    /// <summary>The subflows that match.</summary>
    /// <exception cref="InvalidOperationException">No such connection, none that matches, or several without --all.</exception>
    internal IReadOnlyList<Subflow> Pick(VerbContext context, KernelSnapshot snapshot, uint token)
    {
        var connection = Connection(context, snapshot, token);
        var (local, remote) = (context.Arguments.GetValue(_local), context.Arguments.GetValue(_remote));
        var id = context.Arguments.GetValue(_id);
        var found = connection.Subflows.Where(s => (id is null || s.LocalId == id)
            && Matches(local, s.Tuple.LocalAddress, s.Tuple.LocalPort)
            && Matches(remote, s.Tuple.RemoteAddress, s.Tuple.RemotePort)).ToList();
        return found switch
        {
            [] => throw new InvalidOperationException($"No subflow of {Values.Hex(token)} matches. It has: {List(connection.Subflows)}."),
            [_, _, ..] when !context.Arguments.GetValue(_all) =>
                throw new InvalidOperationException($"Several subflows match; narrow it down or give --all: {List(found)}."),
            _ => found,
        };
    }

    /// <exception cref="InvalidOperationException">The kernel has no such connection.</exception>
    internal static MptcpConnection Connection(VerbContext context, KernelSnapshot snapshot, uint token)
    {
        if (snapshot.Find(token) is { } found)
        {
            return found;
        }

        var name = Values.Hex(token);
        var stack = context.Stacks().FirstOrDefault(one => one.Connections().Any(held => held.Multipath && held.Token == name));
        throw new InvalidOperationException(stack is null
            ? $"There is no connection {name}; `mpagent connections` lists those that are."
            : $"Connection {name} is {stack.Plane}'s, which its agent alone steers, by the plan; by hand only the kernel's are steered.");
    }

    private static bool Matches(IPEndPoint? wanted, IPAddress address, ushort port) => wanted is null
        || (wanted.Address.MapToIPv6().Equals(address.MapToIPv6()) && (wanted.Port == 0 || wanted.Port == port));

    private static string List(IEnumerable<Subflow> subflows)
    {
        var list = string.Join("; ", subflows.Select(s => s.Tuple.ToString()));
        return list.Length == 0 ? "none" : list;
    }
}
