using Multipath.Protocol.Buffers;
using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;

namespace Multipath.Protocol;

/// <summary>Makes connections, from this end and from a peer's SYN.</summary>
internal sealed class ConnectionFactory(StackOptions options, StackHost host)
{
    // Of the numbers that lie behind those of an earlier connection, which are half of all, the nearer half.
    private const uint ReopeningSpan = 1 << 30;

    private readonly MemoryBudget _budget = new(options.Limits.BufferMemory);

    /// <summary>Bytes in all buffers.</summary>
    public long BufferBytes => _budget.Used;

    /// <summary>Begins a handshake.</summary>
    /// <returns>The connection, or null when the ends are taken or there are too many.</returns>
    public MptcpConnection? Connect(in FourTuple tuple, ConnectionOptions wanted, Instant now)
    {
        if (host.Flows.Find(tuple) is not null || !host.Connections.TryMakeRoom(now))
        {
            return null;
        }

        var offers = wanted.Multipath && !host.Blackholes.IsBlocked(tuple.Remote.Address, now);
        var connection = Create(tuple, wanted, MakeKeys(offers), serverSide: false);
        if (connection.Session.Keys is null)
        {
            connection.Session.Mode = Mode.Plain;
        }

        var start = host.CreateStart(connection, tuple.Local.Address.IsV4);
        connection.TryAdd(new Member(connection, 0, Subflow.Connect(start), tuple) { IsActive = true });
        host.Connections.Touch(connection);
        return connection;
    }

    /// <summary>Answers a SYN.</summary>
    /// <returns>The connection, or null when there are too many.</returns>
    public MptcpConnection? Accept(Listener listener, in ParsedPacket syn, Seq32? after, Instant now)
    {
        if (listener.IsFull || !host.Connections.TryMakeRoom(now))
        {
            return null;
        }

        var keys = MakeKeys(listener.Options.Multipath && Opening.IsOffer(syn));
        var connection = Create(syn.Tuple, listener.Options, keys, serverSide: true);
        Opening.HandleSyn(connection.Session, syn);
        connection.Listener = listener;
        var start = host.CreateStart(connection, syn.Tuple.Local.Address.IsV4);
        if (after is { } last)
        {
            start = start with { InitialSequence = last + (int)(1 + (host.NextRandom() % ReopeningSpan)) };
        }

        Add(connection, Subflow.Accept(start, syn, now), syn);
        return connection;
    }

    /// <summary>Takes up a handshake of which nothing was kept; the segment that completes it is handed to its subflow next.</summary>
    /// <returns>The subflow, or null when there are too many connections.</returns>
    public Member? Resume(Listener listener, in ParsedPacket syn, in SynCookies.SynCookie cookie, SessionKeys? keys, Instant now)
    {
        if (!host.Connections.TryMakeRoom(now))
        {
            return null;
        }

        var connection = Create(syn.Tuple, listener.Options, keys, serverSide: true);
        Opening.HandleSyn(connection.Session, syn);
        connection.Listener = listener;
        var start = host.CreateStart(connection, syn.Tuple.Local.Address.IsV4) with
        {
            InitialSequence = cookie.Initial,
            TimestampOffset = cookie.TimestampOffset,
        };
        return Add(connection, Subflow.Resume(start, syn, now), syn);
    }

    private Member Add(MptcpConnection connection, Subflow subflow, in ParsedPacket syn)
    {
        var member = new Member(connection, 0, subflow, syn.Tuple)
        {
            RemoteStart = syn.Seq,
            PeerShift = syn.Options.WindowScale ?? 0,
        };
        connection.TryAdd(member);
        host.Connections.Touch(connection);
        return member;
    }

    private SessionKeys? MakeKeys(bool isWanted) =>
        isWanted ? SessionKeys.TryCreate(options.Entropy, options.Share, host.Connections.IsTokenTaken) : null;

    private MptcpConnection Create(in FourTuple tuple, ConnectionOptions wanted, SessionKeys? keys, bool serverSide)
    {
        if (!Schedulers.TryCreate(wanted.Scheduler, wanted.SchedulerOptions, out var scheduler))
        {
            throw new ArgumentException($"'{wanted.Scheduler}' is no packet scheduler", nameof(wanted));
        }

        var session = new Session(host.Connections.Reserve(), wanted, options.Limits, host, _budget, keys)
        {
            ServerSide = serverSide,
            FirstTuple = tuple,
            Scheduler = scheduler,
            SchedulerName = wanted.Scheduler,
            SchedulerOptions = wanted.SchedulerOptions,
        };
        var connection = new MptcpConnection(session);
        host.Connections.Add(connection);
        return connection;
    }
}
