namespace Multipath.Agent.Control;

/// <summary>The JSON of a userspace stack. Its shape is stable, as that of the other views: names are added, never changed.</summary>
/// <param name="Plane">What the connections' plane is called: <c>tun:</c> and the interface.</param>
/// <param name="Host">The host's id, as the agent was started with it.</param>
/// <param name="ProcessId">Of the agent.</param>
/// <param name="Proxy">Where programs find it by SOCKS 5; null for nowhere.</param>
/// <param name="Multipath">Connections of Multipath TCP now.</param>
/// <param name="Plain">Connections of plain TCP now, whose peers or paths know nothing else.</param>
/// <param name="Counters">Packets and bytes of the TUN, and packets that it did not take, by name.</param>
/// <param name="Paths">The stack's addresses and where they lead.</param>
internal sealed record StackView(
    string Plane, string Host, int ProcessId, string? Proxy, int Multipath, int Plain, IReadOnlyDictionary<string, ulong> Counters,
    IReadOnlyList<StackPathView> Paths);

/// <summary>The JSON of a path of a userspace stack.</summary>
/// <param name="Interface">The host's interface that carries it.</param>
/// <param name="Address">The stack's own address.</param>
/// <param name="Gateway">The next hop; null for none.</param>
/// <param name="Up">The interface is up and has a carrier.</param>
/// <param name="Mtu">The largest packet that the stack sends there.</param>
internal sealed record StackPathView(string Interface, string Address, string? Gateway, bool Up, int Mtu);
