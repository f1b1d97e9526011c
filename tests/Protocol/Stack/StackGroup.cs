using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>
/// A client, and a server of several stacks: each of its packets comes to another one of them in turn. One virtual clock, no delay.
/// </summary>
internal sealed class StackGroup : IStackGroup
{
    private readonly Dictionary<FourTuple, int> _flows = [];
    private readonly byte[] _buffer = new byte[70_000];
    private readonly Stack[] _servers;
    private int _turn;

    public StackGroup(int servers, StackLimits? limits = null)
    {
        Client = new Stack(new StackOptions { Entropy = new SeededEntropy(1), LocalAddresses = [StackPair.ClientA, StackPair.ClientB] });
        _servers = [.. Enumerable.Range(0, servers).Select(place => new Stack(new StackOptions
        {
            Entropy = new SeededEntropy((ulong)place + 2),
            Limits = limits ?? new StackLimits(),
            Share = new StackShare(place, servers, this),
        }))];
    }

    public Stack Client { get; }

    public IReadOnlyList<Stack> Servers => _servers;

    public Instant Now { get; private set; } = new(1_000_000);

    /// <summary>Packets that came to the wrong stack.</summary>
    public int HandedOver { get; private set; }

    /// <summary>All packets come to this stack.</summary>
    public int? Pin { get; set; }

    public int Flows => _flows.Count;

    public List<StackEvent> Events { get; } = [];

    public bool TryFind(in FourTuple flow, out int stack) => _flows.TryGetValue(flow, out stack);

    public void Add(in FourTuple flow, int stack) => _flows.Add(flow, stack);

    public void Remove(in FourTuple flow, int stack)
    {
        Assert.Equal(stack, _flows[flow]);
        _flows.Remove(flow);
    }

    public void HandOver(int stack, ReadOnlySpan<byte> packet, in PacketInfo info)
    {
        HandedOver++;
        _servers[stack].HandlePacket(packet, info, Now);
    }

    public ListenerId[] Listen(ConnectionOptions? options = null) =>
        [.. _servers.Select(server => server.Listen(new Endpoint(IpAddr.AnyV4, 80), options ?? new ConnectionOptions()))];

    public ConnectionId Connect(ConnectionOptions? options = null)
    {
        var id = Client.Connect(new Endpoint(StackPair.ClientA, 0), StackPair.Service, options ?? new ConnectionOptions(), Now);
        RunFor(Duration.FromMillis(10));
        return id;
    }

    /// <summary>The next packet comes to this stack, the one after it to the next.</summary>
    public void ComeTo(int stack) => _turn = stack;

    public void Give(byte[] packet) => _servers[Pin ?? (_turn++ % _servers.Length)].HandlePacket(packet, default, Now);

    public void RunFor(Duration span)
    {
        for (var end = Now + span; ;)
        {
            while (Pump())
            {
            }

            var next = _servers.Append(Client).Min(stack => stack.PollTimeout());
            if (next > end)
            {
                Now = end;
                return;
            }

            Now = Instant.Later(Now, next);
            foreach (var stack in _servers.Append(Client))
            {
                stack.HandleTimeout(Now);
            }
        }
    }

    private bool Pump()
    {
        var any = false;
        while (Client.PollTransmit(_buffer, out _, Now) is > 0 and var length)
        {
            any = true;
            Give(_buffer[..length]);
        }

        foreach (var server in _servers)
        {
            while (server.PollTransmit(_buffer, out _, Now) is > 0 and var length)
            {
                any = true;
                Client.HandlePacket(_buffer.AsSpan(0, length), default, Now);
            }

            while (server.PollEvent(out var happened))
            {
                Events.Add(happened);
            }
        }

        return any;
    }
}
