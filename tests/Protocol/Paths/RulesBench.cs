using Multipath.Protocol.Paths;
using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Paths;

/// <summary>One connection from 10.0.0.1:1000 to 10.9.0.1:80 under the kernel's rules. Commands and events in short text.</summary>
internal sealed class RulesBench
{
    private readonly EndpointTable _table = new();
    private readonly KernelRules _rules;
    private readonly List<PathCommand> _commands = [];

    internal RulesBench(int subflows = 8, int accepted = 8)
    {
        _table.SetLimits(new PathLimits(subflows, accepted));
        _rules = new KernelRules(_table);
    }

    internal static FourTuple First { get; } = Tuple("10.0.0.1:1000", "10.9.0.1:80");

    internal bool Join() => _rules.HandleJoin();

    internal RulesBench Endpoint(byte id, string address, PathEndpointFlags flags)
    {
        Assert.Equal(EndpointResult.Ok, _table.TryAdd(Described(id, address, flags), out _));
        return this;
    }

    internal string Establish(bool peerRefusesJoins = false) => Do(c => _rules.HandleEstablished(First, peerRefusesJoins, c));

    internal string Up(byte localId, byte remoteId, string local, string remote = "10.9.0.1:80") =>
        Do(c => _rules.HandleSubflowEstablished(localId, remoteId, Tuple(local, remote), c));

    internal string Down(string local, string remote = "10.9.0.1:80") => Do(c => _rules.HandleSubflowClosed(Tuple(local, remote), c));

    internal string Announced(byte id, string address) => Do(c => _rules.HandleAnnounced(id, Parse(address), c));

    internal string Echoed(byte id) => Do(c => _rules.HandleEchoed(id, c));

    internal void Removed(byte id) => _rules.HandleRemoved(id);

    internal string Add(byte id, string address, PathEndpointFlags flags)
    {
        Endpoint(id, address, flags);
        return Do(c => _rules.HandleEndpointAdded(_table.Endpoints.Single(e => e.Id == id), c));
    }

    internal string Delete(byte id)
    {
        Assert.Equal(EndpointResult.Ok, _table.TryRemove(id, out PathEndpoint? removed));
        return Do(c => _rules.HandleEndpointRemoved(removed!, c));
    }

    internal string Change(byte id, PathEndpointFlags flags)
    {
        Assert.Equal(EndpointResult.Ok, _table.TrySetFlags(id, flags, out PathEndpoint? before, out PathEndpoint? after));
        return Do(c => _rules.HandleEndpointChanged(before!, after!, c));
    }

    private static PathEndpoint Described(byte id, string address, PathEndpointFlags flags) => new(id, Parse(address), flags);

    private static Endpoint Parse(string text) =>
        IpAddr.TryParse(text, out IpAddr address) ? new Endpoint(address, 0) : Multipath.Protocol.Primitives.Endpoint.Parse(text);

    private static FourTuple Tuple(string local, string remote) => new(Parse(local), Parse(remote));

    private string Do(Action<List<PathCommand>> handle)
    {
        _commands.Clear();
        handle(_commands);
        return string.Join("; ", _commands.Select(Text));
    }

    private static string Text(PathCommand command) => command switch
    {
        PathCommand.CreateSubflow c => $"open {c.LocalId}/{c.Local} -> {c.RemoteId}/{c.Remote}{(c.Backup ? " backup" : "")}",
        PathCommand.DestroySubflow c => $"close {c.Tuple}",
        PathCommand.SetBackup c => $"{(c.Backup ? "backup" : "active")} {c.Tuple}",
        PathCommand.Announce c => $"announce {c.LocalId}/{c.Address}",
        PathCommand.Withdraw c => $"withdraw {c.LocalId}",
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };
}
