using System.CommandLine;
using System.Net;

namespace Multipath.Agent.Verbs;

/// <summary>Options that pick subflows of one connection by what is known of them.</summary>
internal sealed class SubflowSelector
{
    private readonly Option<IPEndPoint?> _local = Values.EndPoint("--local", "Only subflows from this address.");
    private readonly Option<IPEndPoint?> _remote = Values.EndPoint("--remote", "Only subflows to this address.");
    private readonly Option<byte?> _id = new("--id")
    {
        Description = "Only subflows with this local address id.",
        HelpName = "ID",
        CustomParser = result => Values.Whole<byte>(result),
    };
    private readonly Option<bool> _all = new("--all") { Description = "All that match, where there are several." };

    internal void AddTo(Command command)
    {
        command.Add(_local);
        command.Add(_remote);
        command.Add(_id);
        command.Add(_all);
    }

    /// <summary>The subflows that match.</summary>
    /// <exception cref="InvalidOperationException">None matches, or several without --all.</exception>
    internal IReadOnlyList<SteeredSubflow> Pick(VerbContext context, SteeredConnection connection)
    {
        var (local, remote) = (context.Arguments.GetValue(_local), context.Arguments.GetValue(_remote));
        var id = context.Arguments.GetValue(_id);
        var found = connection.Subflows.Where(s => (id is null || s.LocalId == id)
            && Matches(local, s.Tuple.LocalAddress, s.Tuple.LocalPort)
            && Matches(remote, s.Tuple.RemoteAddress, s.Tuple.RemotePort)).ToList();
        return found switch
        {
            [] => throw new InvalidOperationException(
                $"No subflow of {Values.Hex(connection.Token)} matches. It has: {List(connection.Subflows)}."),
            [_, _, ..] when !context.Arguments.GetValue(_all) =>
                throw new InvalidOperationException($"Several subflows match; narrow it down or give --all: {List(found)}."),
            _ => found,
        };
    }

    private static bool Matches(IPEndPoint? wanted, IPAddress address, ushort port) => wanted is null
        || (wanted.Address.MapToIPv6().Equals(address.MapToIPv6()) && (wanted.Port == 0 || wanted.Port == port));

    private static string List(IEnumerable<SteeredSubflow> subflows)
    {
        var list = string.Join("; ", subflows.Select(s => s.Tuple.ToString()));
        return list.Length == 0 ? "none" : list;
    }
}
