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
    private readonly MemoryBudget _budget = new(options.Limits.BufferMemory);

    /// <summary>Bytes in all buffers.</summary>
    public long BufferBytes => _budget.Used;

    /// <summary>Begins a handshake.</summary>
    /// <returns>The connection, or null when the ends are taken or there are too many.</returns>
    public MptcpConnection? Connect(in FourTuple tuple, ConnectionOptions wanted, Instant now)
    {
        if (!host.Connections.HasRoom || host.Flows.Find(tuple) is not null)
        {
            return null;
        }

        var offers = wanted.Multipath && !host.Blackholes.IsBlocked(tuple.Remote.Address, now);
        var connection = Create(tuple, wanted, offers, serverSide: false);
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
    public MptcpConnection? Accept(Listener listener, in ParsedPacket syn, Instant now)
    {
        if (!host.Connections.HasRoom || listener.IsFull)
        {
            return null;
        }

        var connection = Create(syn.Tuple, listener.Options, listener.Options.Multipath && Opening.IsOffer(syn), serverSide: true);
        Opening.HandleSyn(connection.Session, syn);
        connection.Listener = listener;
        var start = host.CreateStart(connection, syn.Tuple.Local.Address.IsV4);
        connection.TryAdd(new Member(connection, 0, Subflow.Accept(start, syn, now), syn.Tuple)
        {
            RemoteStart = syn.Seq,
            PeerShift = syn.Options.WindowScale ?? 0,
        });
        host.Connections.Touch(connection);
        return connection;
    }

    private MptcpConnection Create(in FourTuple tuple, ConnectionOptions wanted, bool multipath, bool serverSide)
    {
        if (!Schedulers.TryCreate(wanted.Scheduler, SchedulerOptions.Default, out var scheduler))
        {
            throw new ArgumentException($"'{wanted.Scheduler}' is no packet scheduler", nameof(wanted));
        }

        var keys = multipath ? SessionKeys.TryCreate(options.Entropy, host.Connections.IsTokenTaken) : null;
        var session = new Session(host.Connections.Reserve(), wanted, options.Limits, host, _budget, keys)
        {
            ServerSide = serverSide,
            FirstTuple = tuple,
            Scheduler = scheduler,
        };
        var connection = new MptcpConnection(session);
        host.Connections.Add(connection);
        return connection;
    }
}
