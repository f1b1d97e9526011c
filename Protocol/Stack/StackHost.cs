using System.Runtime.InteropServices;
using Multipath.Protocol.Congestion;
using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;

namespace Multipath.Protocol;

/// <summary>What connections get from their stack: a place in the tables, parts for subflows, randomness, a voice.</summary>
internal sealed class StackHost : IConnectionHost
{
    private readonly StackOptions _options;

    /// <summary>Creates the tables.</summary>
    public StackHost(StackOptions options)
    {
        _options = options;
        Events = new EventQueue(options.Limits.Events);
        Connections = new ConnectionTable(options.Limits.Connections);
        Ports = new Ports(options, this);
        Blackholes = new BlackholeMemory(options.Limits.Blackholes);
        Flows = new FlowTable<Member>(((ulong)NextRandom() << 32) | NextRandom());
    }

    /// <summary>What happened.</summary>
    public EventQueue Events { get; }

    /// <summary>The connections.</summary>
    public ConnectionTable Connections { get; }

    /// <summary>The subflows by their ends.</summary>
    public FlowTable<Member> Flows { get; }

    /// <summary>Destinations that swallow MP_CAPABLE.</summary>
    public BlackholeMemory Blackholes { get; }

    /// <summary>Picks local ports.</summary>
    public Ports Ports { get; }

    /// <summary>Joins that have not proved themselves.</summary>
    public int HalfOpenJoins { get; set; }

    /// <inheritdoc cref="StackOptions.IsLocal"/>
    public bool IsLocal(IpAddr address) => _options.IsLocal(address);

    /// <inheritdoc/>
    public void Emit(in StackEvent happened) => Events.Add(happened);

    /// <inheritdoc/>
    public bool TryRegister(Member member)
    {
        if (!Flows.TryAdd(member.Tuple, member))
        {
            return false;
        }

        _options.Share.Group?.Add(member.Tuple, _options.Share.Rest);
        return true;
    }

    /// <inheritdoc/>
    public void Unregister(Member member)
    {
        Flows.Remove(member.Tuple, member);
        _options.Share.Group?.Remove(member.Tuple, _options.Share.Rest);
    }

    /// <inheritdoc/>
    public bool TryComplete(ref FourTuple tuple) => Ports.TryComplete(tuple.Local, tuple.Remote, out tuple);

    /// <inheritdoc/>
    public SubflowStart CreateStart(MptcpConnection connection, bool isV4)
    {
        var session = connection.Session;
        if (!CongestionControls.TryCreate(session.Options.Congestion, session.Coupling, out var congestion))
        {
            throw new InvalidOperationException($"'{session.Options.Congestion}' was checked when the connection was made");
        }

        return new SubflowStart
        {
            Options = session.SubflowOptions,
            Congestion = congestion,
            InitialSequence = new Seq32(NextRandom()),
            TimestampOffset = NextRandom(),
            Mtu = _options.Mtu,
            IsV4 = isV4,
            ReceiveWindow = session.Receive.Window,
        };
    }

    /// <inheritdoc/>
    public uint NextRandom()
    {
        uint value = 0;
        _options.Entropy.Fill(MemoryMarshal.AsBytes(new Span<uint>(ref value)));
        return value;
    }

    /// <inheritdoc/>
    public void HandleConnected(MptcpConnection connection, Instant now)
    {
        var session = connection.Session;
        if (session.Mode == Mode.Plain)
        {
            Connections.ReleaseToken(connection);
        }

        if (!session.ServerSide && session.Keys is not null)
        {
            NoteAnswer(session, connection, now);
        }

        session.Emit(StackEventKind.Connected);
        if (connection.Listener is { } listener)
        {
            listener.HandleConnected(connection);
            Emit(new StackEvent { Kind = StackEventKind.Acceptable, Listener = listener.Id, Connection = session.Id, ServerSide = true });
        }
    }

    /// <inheritdoc/>
    public void HandleJoinSettled() => HalfOpenJoins--;

    // A plain SYN was answered where those with MP_CAPABLE were not: the path swallows the option (RFC 8684 section 3.7).
    private void NoteAnswer(Session session, MptcpConnection connection, Instant now)
    {
        var destination = session.FirstTuple.Remote.Address;
        if (session.Mode == Mode.Multipath)
        {
            Blackholes.HandleAnswered(destination);
        }
        else if (connection.HasWithdrawnOffer)
        {
            Blackholes.HandleSwallowed(destination, now);
        }
    }
}
