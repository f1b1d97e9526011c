using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Tests.Support;

/// <summary>Two subflows on one clock, joined by a link with delay that may lose, delay and repeat segments.</summary>
internal sealed class SubflowPair
{
    private static readonly byte[] Octets = new byte[1 << 17];
    private readonly PriorityQueue<(Side To, SegmentPlan Plan), (long At, long Order)> _link = new();
    private readonly Duration _delay;
    private readonly Func<SegmentPlan, Fate> _fate;
    private long _order;

    public SubflowPair(SubflowOptions options, Duration delay, Func<SegmentPlan, Fate> fate, Func<ICongestionControl> congestion)
    {
        _delay = delay;
        _fate = fate;
        Client = new Side(Subflow.Connect(Start(options, congestion(), 4_000_000_000)));
        Server = new Side(null);
        _makeServer = syn => Subflow.Accept(Start(options, congestion(), 17), Packet(syn), Now);
        Pump();
    }

    private readonly Func<SegmentPlan, Subflow> _makeServer;

    public enum Fate
    {
        Arrives,
        IsLost,
        IsLate,
        IsRepeated,
    }

    public Instant Now { get; private set; } = new(1_000_000);

    public Side Client { get; }

    public Side Server { get; }

    public int MaxPayload { get; set; }

    /// <summary>Segments that left both ends.</summary>
    public long Segments { get; private set; }

    private static SubflowStart Start(SubflowOptions options, ICongestionControl congestion, uint initial) => new()
    {
        Options = options,
        Congestion = congestion,
        InitialSequence = new Seq32(initial),
        Mtu = 1_500,
        IsV4 = true,
        ReceiveWindow = 4_000_000,
    };

    /// <summary>Lets things happen until a condition holds.</summary>
    /// <returns>False when nothing can happen any more, or when so much time passed that it never will.</returns>
    public bool RunUntil(Func<bool> isDone)
    {
        var end = Now + Duration.FromSeconds(3_600);
        while (!isDone())
        {
            var next = Instant.Earlier(Client.Deadline, Server.Deadline);
            if (_link.TryPeek(out _, out var key))
            {
                next = Instant.Earlier(next, new Instant(key.At));
            }

            if (next > end)
            {
                return false;
            }

            Now = Instant.Later(Now, next);
            Deliver();
            Client.Subflow?.HandleTimeout(Now);
            Server.Subflow?.HandleTimeout(Now);
            Pump();
        }

        return true;
    }

    public void Pump()
    {
        Send(Client, Server);
        Send(Server, Client);
    }

    private static ParsedPacket Packet(in SegmentPlan plan)
    {
        var packet = default(ParsedPacket);
        packet.Seq = plan.Header.Seq;
        packet.Ack = plan.Header.Ack;
        packet.Flags = plan.Header.Flags;
        packet.Window = plan.Header.Window;
        packet.Options = plan.Header.Options;
        packet.Payload = Octets.AsSpan(0, plan.PayloadLength);
        packet.GsoSize = plan.PayloadLength > plan.Mss ? plan.Mss : 0;
        return packet;
    }

    private void Send(Side from, Side to)
    {
        if (from.Subflow is not { } subflow)
        {
            return;
        }

        from.Feed(Now);
        while (subflow.PollSegment(Now, MaxPayload == 0 ? subflow.Mss : MaxPayload, out var plan))
        {
            subflow.HandleSent(plan, Now);
            Segments++;
            var fate = _fate(plan);
            if (fate != Fate.IsLost)
            {
                Enqueue(to, plan, fate == Fate.IsLate ? _delay * 2 : _delay);
            }

            if (fate == Fate.IsRepeated)
            {
                Enqueue(to, plan, _delay);
            }
        }
    }

    private void Enqueue(Side to, in SegmentPlan plan, Duration delay) => _link.Enqueue((to, plan), ((Now + delay).Micros, _order++));

    private void Deliver()
    {
        while (_link.TryPeek(out var item, out var key) && key.At <= Now.Micros)
        {
            _link.Dequeue();
            if (item.To.Subflow is null)
            {
                item.To.Subflow = _makeServer(item.Plan);
            }
            else
            {
                item.To.Handle(item.To.Subflow.HandleSegment(Packet(item.Plan), Now));
            }
        }
    }

    /// <summary>One end: what it still has to send, and how far it received in order.</summary>
    internal sealed class Side(Subflow? subflow)
    {
        private Dsn64 _next;

        public Subflow? Subflow { get; set; } = subflow;

        public long ToSend { get; set; }

        public bool ClosesAtEnd { get; set; }

        public long Received { get; private set; }

        public bool PeerClosed { get; private set; }

        public Instant Deadline => Subflow?.Deadline ?? Instant.Never;

        public void Feed(Instant now)
        {
            for (var space = Subflow!.SendSpace(now); space > 0 && ToSend > 0; space = Subflow.SendSpace(now))
            {
                var chunk = new Chunk { Dsn = _next, Length = (int)Math.Min(Math.Min(space, ToSend), ChunkQueue.MaxLength) };
                _next += chunk.Length;
                ToSend -= chunk.Length;
                Subflow.Assign(chunk);
            }

            if (ToSend == 0 && ClosesAtEnd && Subflow.State is SubflowState.Established or SubflowState.CloseWait)
            {
                Subflow.Close(isHalfClose: true);
            }
        }

        public void Handle(in SegmentOutcome outcome)
        {
            Received += outcome.PayloadLength;
            PeerClosed |= outcome.Has(SegmentEvents.FinReceived);
        }
    }
}
