using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>Two stacks on one virtual clock, joined by a wire that a test may look at, cut, and write on.</summary>
internal sealed class StackPair
{
    public static readonly IpAddr ClientA = IpAddr.Parse("10.0.0.1");
    public static readonly IpAddr ClientB = IpAddr.Parse("10.0.1.1");
    public static readonly IpAddr ServerA = IpAddr.Parse("10.0.0.2");
    public static readonly IpAddr ServerB = IpAddr.Parse("10.0.1.2");
    public static readonly Endpoint Service = new(ServerA, 80);

    private readonly PriorityQueue<Flight, (long At, long Order)> _flights = new();
    private readonly byte[] _buffer = new byte[70_000];
    private long _order;
    private int _stuck;
    private int _burst;

    public StackPair(StackOptions? client = null, StackOptions? server = null)
    {
        Client = new Stack(client ?? new StackOptions { Entropy = new SeededEntropy(1) });
        Server = new Stack(server ?? new StackOptions { Entropy = new SeededEntropy(2) });
    }

    public delegate bool PacketFilter(bool fromClient, in ParsedPacket packet);

    public Stack Client { get; }

    public Stack Server { get; }

    public Instant Now { get; private set; } = new(1_000_000);

    public Duration Delay { get; set; } = Duration.FromMillis(5);

    /// <summary>False drops the packet.</summary>
    public PacketFilter Passes { get; set; } = (bool fromClient, in ParsedPacket packet) => true;

    /// <summary>Gets a copy of each packet that passes, and may change it.</summary>
    public Func<bool, byte[], byte[]> Rewrite { get; set; } = (fromClient, packet) => packet;

    public Func<FourTuple, Duration>? DelayOf { get; set; }

    public List<StackEvent> ClientEvents { get; } = [];

    public List<StackEvent> ServerEvents { get; } = [];

    public long Packets { get; private set; }

    public ConnectionId ClientSide { get; private set; }

    public ConnectionId ServerSide { get; private set; }

    public ListenerId Listener { get; private set; }

    /// <summary>The server's key, as the handshake showed it.</summary>
    public ulong ServerKey { get; private set; }

    public uint ClientToken => Info(Client, ClientSide).Token;

    public uint ServerToken => Info(Server, ServerSide).Token;

    public static ConnectionInfo Info(Stack stack, ConnectionId id)
    {
        stack.TryGetInfo(id, out var info);
        return info;
    }

    public static SubflowInfo[] Subflows(Stack stack, ConnectionId id)
    {
        var all = new SubflowInfo[SubflowView.MaxSubflows];
        return all[..stack.GetSubflows(id, all)];
    }

    public StackPair Connect(ConnectionOptions? client = null, ConnectionOptions? server = null)
    {
        Listen(server ?? client ?? new ConnectionOptions());
        ClientSide = Client.Connect(new Endpoint(ClientA, 0), Service, client ?? new ConnectionOptions(), Now);
        RunUntil(() => Server.TryAccept(Listener, out var accepted) && (ServerSide = accepted) != default, Duration.FromSeconds(30));
        RunFor(Duration.FromMillis(50));
        return this;
    }

    /// <summary>Makes the server's listener, if there is none yet.</summary>
    public StackPair Listen(ConnectionOptions options)
    {
        Listener = Listener == default ? Server.Listen(Service, options) : Listener;
        return this;
    }

    /// <summary>Adds a second subflow between the second addresses.</summary>
    public StackPair Join(bool backup = false)
    {
        Assert.Equal(PmResult.Ok, Client.Paths.CreateSubflow(ClientToken, new Endpoint(ClientB, 0), 1, new Endpoint(ServerB, 80), backup));
        RunFor(Duration.FromMillis(100));
        return this;
    }

    /// <summary>Sends a stream from one stack to the other and returns what arrived, when all has or the time is up.</summary>
    public byte[] Transfer(bool fromClient, byte[] data, Duration? limit = null)
    {
        var (sender, from, receiver, to) = fromClient ? (Client, ClientSide, Server, ServerSide) : (Server, ServerSide, Client, ClientSide);
        var received = new List<byte>();
        var chunk = new byte[100_000];
        var sent = 0;
        RunUntil(
            () =>
            {
                if (sent < data.Length)
                {
                    sent += Math.Max(0, sender.Write(from, data.AsSpan(sent), Now));
                }

                for (int read; (read = receiver.Read(to, chunk, Now)) > 0;)
                {
                    received.AddRange(chunk[..read]);
                }

                return received.Count >= data.Length;
            },
            limit ?? Duration.FromSeconds(120));
        return [.. received];
    }

    public void RunFor(Duration span) => RunUntil(() => false, span);

    /// <summary>Runs until the condition holds, nothing is left to happen, or the time is up.</summary>
    public bool RunUntil(Func<bool> condition, Duration limit)
    {
        var end = Now + limit;
        for (; ; )
        {
            Pump(Client, fromClient: true);
            Pump(Server, fromClient: false);
            if (condition())
            {
                return true;
            }

            Pump(Client, fromClient: true);
            Pump(Server, fromClient: false);
            var next = Instant.Earlier(Client.PollTimeout(), Server.PollTimeout());
            if (_flights.TryPeek(out _, out var first))
            {
                next = Instant.Earlier(next, new Instant(first.At));
            }

            if (next > end)
            {
                Now = end;
                return condition();
            }

            _stuck = next > Now ? 0 : _stuck + 1;
            Assert.True(_stuck < 1000, $"time stands still at {Now}: {Client.PollTimeout()}, {Server.PollTimeout()}");
            Now = Instant.Later(Now, next);
            Step();
        }
    }

    /// <summary>Puts a packet on the wire that neither stack has sent.</summary>
    public void Inject(bool toServer, byte[] packet) =>
        _flights.Enqueue(new Flight(toServer, packet, default), (Now.Micros, _order++));

    private void Step()
    {
        while (_flights.TryPeek(out var flight, out var at) && at.At <= Now.Micros)
        {
            _flights.Dequeue();
            (flight.ToServer ? Server : Client).HandlePacket(flight.Packet, flight.Info, Now);
            Pump(Client, fromClient: true);
            Pump(Server, fromClient: false);
        }

        Client.HandleTimeout(Now);
        Server.HandleTimeout(Now);
    }

    private void Pump(Stack stack, bool fromClient)
    {
        _burst = 0;
        int length;
        while ((length = stack.PollTransmit(_buffer, out var info, Now)) > 0)
        {
            Packets++;
            Assert.True(++_burst < 100_000, $"packets without end at {Now}");
            Assert.Equal(PacketFault.None, PacketParser.Parse(_buffer.AsSpan(0, length), info.ChecksumPartial, out var parsed));
            if (!fromClient && parsed.Has(TcpFlags.Syn) && parsed.Options.Mptcp.Has(MptcpKinds.Capable))
            {
                ServerKey = parsed.Options.Mptcp.Capable.SenderKey;
            }

            if (!Passes(fromClient, parsed))
            {
                continue;
            }

            var packet = Rewrite(fromClient, _buffer.AsSpan(0, length).ToArray());
            var delay = DelayOf?.Invoke(parsed.Tuple) ?? Delay;
            _flights.Enqueue(
                new Flight(fromClient, packet, info with { ChecksumTrusted = info.ChecksumPartial }), ((Now + delay).Micros, _order++));
        }

        while (stack.PollEvent(out var happened))
        {
            (fromClient ? ClientEvents : ServerEvents).Add(happened);
        }
    }

    private readonly record struct Flight(bool ToServer, byte[] Packet, PacketInfo Info);
}
