using Multipath.Protocol.Buffers;
using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;
using Multipath.Protocol.Subflows;

namespace Multipath.Protocol.Connection;

/// <summary>The state that the parts of a connection share.</summary>
internal sealed class Session
{
    private const int PlainStart = 1;

    /// <summary>Creates a connection's state.</summary>
    public Session(
        ConnectionId id, ConnectionOptions options, StackLimits limits, IConnectionHost host, MemoryBudget budget, SessionKeys? keys)
    {
        Id = id;
        Options = options;
        Limits = limits;
        Host = host;
        Keys = keys;
        Budget = budget;
        Members = new Member?[Math.Min(limits.Subflows, SubflowView.MaxSubflows)];
        var start = keys is null ? new Dsn64(PlainStart) : keys.LocalStart + 1;
        Send = new SendBuffer(start, options.SendBufferLimit, budget);
        Receive = new ReceiveBuffer(
            new Dsn64(PlainStart), options.InitialReceiveWindow, options.ReceiveBufferLimit, limits.EarlyRanges, budget);
        SubflowOptions = new SubflowOptions
        {
            Nagle = !options.NoDelay,
            KeepAliveIdle = options.KeepAlive ?? Duration.Zero,
            Pacing = options.Pacing,
            Timestamps = options.Timestamps,
        };
        Unsent = start;
        Peer.Start(start);
        Addresses = new Addresses(limits.Addresses, options.AddAddressTimeout);
    }

    /// <summary>Its name.</summary>
    public ConnectionId Id { get; }

    /// <summary>What it was made with.</summary>
    public ConnectionOptions Options { get; }

    /// <summary>The stack's bounds.</summary>
    public StackLimits Limits { get; }

    /// <summary>The stack.</summary>
    public IConnectionHost Host { get; }

    /// <summary>The keys; null when Multipath TCP was never offered.</summary>
    public SessionKeys? Keys { get; }

    /// <summary>Where buffers get their memory.</summary>
    public MemoryBudget Budget { get; }

    /// <summary>The subflows by slot.</summary>
    public Member?[] Members { get; }

    /// <summary>What was written.</summary>
    public SendBuffer Send { get; }

    /// <summary>What came.</summary>
    public ReceiveBuffer Receive { get; }

    /// <summary>How far the peer acknowledged, and its window.</summary>
    public PeerWindow Peer { get; } = new();

    /// <summary>Where both streams end.</summary>
    public StreamEnds Ends { get; } = new();

    /// <summary>The addresses that were announced.</summary>
    public Addresses Addresses { get; }

    /// <summary>Since when there is no application any more, and nobody reads; <see cref="Instant.Never"/> while there is one.</summary>
    public Instant ReleasedAt { get; set; } = Instant.Never;

    /// <summary>How the peer's bytes lie in the stream without mappings.</summary>
    public PlainStream Plain { get; } = new();

    /// <summary>What is to be given to a second subflow.</summary>
    public ReinjectionQueue Reinject { get; } = new();

    /// <summary>The first byte that no subflow was given.</summary>
    public Dsn64 Unsent { get; set; }

    /// <summary>How bytes of subflows belong to the stream.</summary>
    public Mode Mode { get; set; }

    /// <summary>Checksums are in use (RFC 8684 section 3.1, flag A of either end).</summary>
    public bool Checksum { get; set; }

    /// <summary>It was accepted here.</summary>
    public bool ServerSide { get; init; }

    /// <summary>A DSS has come, so that subflows may be added (RFC 8684 section 3.1).</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>The peer asked for no joins to its first address and port (flag C).</summary>
    public bool PeerRefusesInitial { get; set; }

    /// <summary>
    /// The peer sends 64-bit data sequence numbers, or has sent none yet: it gets 64-bit data ACKs (RFC 8684 section 3.3.2).
    /// </summary>
    public bool PeerIsWide { get; private set; } = true;

    /// <summary>SYNs with MP_CAPABLE went unanswered, so that the end which began sent one without (RFC 8684 section 3.7).</summary>
    public bool HasWithdrawnOffer { get; set; }

    /// <summary>The windows of subflows that grow together.</summary>
    public CoupledGroup Coupling { get; } = new();

    /// <summary>How the subflows behave.</summary>
    public SubflowOptions SubflowOptions { get; }

    /// <summary>Chooses subflows.</summary>
    public required IScheduler Scheduler { get; set; }

    /// <summary>The scheduler's name.</summary>
    public required string SchedulerName { get; set; }

    /// <summary>What is set of the scheduler.</summary>
    public required SchedulerOptions SchedulerOptions { get; set; }

    /// <summary>The ends that the connection began with.</summary>
    public FourTuple FirstTuple { get; init; }

    /// <summary>Why the last subflow went.</summary>
    public EndReason LastReason { get; set; }

    /// <summary>The peer is to be told by a mapping without end that we fell back (RFC 8684 section 3.7).</summary>
    public bool OwesInfiniteMap { get; set; }

    /// <summary>Number of the first byte that was sent after falling back: with its acknowledgment the peer has been told.</summary>
    public Seq32 InfiniteMapFrom { get; set; }

    /// <summary>What was counted.</summary>
    public Counters Counters { get; } = new();

    /// <summary>Number of subflows.</summary>
    public int MemberCount { get; set; }

    /// <summary>The data ACK: all before it has come; a DATA_FIN counts for one.</summary>
    public Dsn64 DataAck => Ends.IsPeerDone ? Receive.Next + 1 : Receive.Next;

    /// <summary>The number after the last that can be acknowledged.</summary>
    public Dsn64 SentEnd => Ends.Attempts > 0 ? Unsent + 1 : Unsent;

    /// <summary>Whether a usable subflow other than this one exists.</summary>
    public bool HasOther(Member member)
    {
        foreach (var other in Members)
        {
            if (other is not null && other != member && other.IsUsable)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A slot for another subflow; null when there are as many as there may be.</summary>
    public int? FreeSlot()
    {
        var slot = Array.IndexOf(Members, null);
        return slot < 0 ? null : slot;
    }

    /// <summary>The first byte that some subflow has not had acknowledged: what is before it need not be kept.</summary>
    public Dsn64 OldestOwed()
    {
        var oldest = Send.End;
        foreach (var m in Members)
        {
            if (m is not null && m.Tcp.TryGetLowestDsn(out var lowest))
            {
                oldest = Dsn64.Earlier(oldest, lowest);
            }
        }

        return oldest;
    }

    /// <summary>Notes how long the peer's data sequence numbers are; the data ACKs follow, and with them the room for payload.</summary>
    public void HandlePeerWidth(bool isWide)
    {
        if (PeerIsWide == isWide)
        {
            return;
        }

        PeerIsWide = isWide;
        foreach (var member in Members)
        {
            member?.ReserveOptions(this);
        }
    }

    /// <summary>The path manager that the connection has of its own; null when one outside gives the commands.</summary>
    public PathDriver? Paths { get; set; }

    /// <summary>Tells the owner of the stack, and the path manager.</summary>
    public void Tell(in StackEvent happened)
    {
        Host.Emit(happened);
        Paths?.Handle(happened);
    }

    /// <summary>Tells the owner of the stack about the connection.</summary>
    public void Emit(StackEventKind kind, EndReason reason = EndReason.None) => Tell(new StackEvent
    {
        Kind = kind,
        Connection = Id,
        Token = Token,
        ServerSide = ServerSide,
        Reason = reason,
    });

    /// <summary>Tells the owner of the stack about a subflow.</summary>
    public void Emit(StackEventKind kind, Member member, EndReason reason = EndReason.None) => Tell(new StackEvent
    {
        Kind = kind,
        Connection = Id,
        Token = Token,
        ServerSide = ServerSide,
        Tuple = member.Tuple,
        LocalId = member.LocalId,
        RemoteId = member.RemoteId,
        Backup = kind == StackEventKind.SubflowPriority ? member.PeerBackup : member.PeerBackup || member.Backup,
        DenyJoinInitial = PeerRefusesInitial,
        Reason = reason,
        ResetReason = member.ResetReceived,
    });

    /// <summary>The token that commands name the connection by; 0 for plain TCP.</summary>
    public uint Token => Keys is { IsComplete: true } ? Keys.LocalToken : 0;
}
