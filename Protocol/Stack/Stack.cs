using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;

namespace Multipath.Protocol;

/// <summary>A TCP and Multipath TCP stack without clock, sockets or threads: packets in, packets out, the time an argument.</summary>
/// <remarks>
/// <para>Whoever drives it hands in packets (<see cref="HandlePacket"/>), asks for packets until there is none
/// (<see cref="PollTransmit"/>), asks when to come back at the latest (<see cref="PollTimeout"/>, <see cref="HandleTimeout"/>) and what has
/// happened (<see cref="PollEvent"/>). After each call of any other method there may be new packets to send and another deadline.</para>
/// <para>Connections are names, calls are verbs; nothing blocks and nothing throws on what a peer sends. One thread at a time.</para>
/// </remarks>
public sealed class Stack
{
    /// <summary>What <see cref="Read"/> returns when the peer has ended its stream and all of it was read.</summary>
    public const int EndOfStream = -1;

    /// <summary>What <see cref="Read"/> and <see cref="Write"/> return for a connection that is over or was never there.</summary>
    public const int Gone = -2;

    private readonly StackHost _host;
    private readonly ConnectionFactory _factory;
    private readonly Listeners _listeners;
    private readonly Reception _reception;
    private readonly Transmission _transmission;

    /// <summary>Creates a stack without connections.</summary>
    /// <param name="options">What it is made with.</param>
    public Stack(StackOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _host = new StackHost(options);
        _factory = new ConnectionFactory(options, _host);
        _listeners = new Listeners(options, _host);
        var replies = new StrayReplies();
        _reception = new Reception(options, _host, _factory, _listeners, replies);
        _transmission = new Transmission(options, _host.Connections, replies);
        Paths = new PathCommands(_host);
    }

    /// <summary>Commands on subflows and addresses of connections, by token, in the shape of mptcp_pm's.</summary>
    public PathCommands Paths { get; }

    /// <summary>Connections now, also those whose last segments are still to be answered.</summary>
    public int ConnectionCount => _host.Connections.Count;

    /// <summary>Packets that were no segment for this stack, or belonged to nothing.</summary>
    public long DroppedPackets => _reception.Dropped;

    /// <summary>Events that were lost because nobody asked for them.</summary>
    public long LostEvents => _host.Events.Lost;

    /// <summary>Bytes that all buffers hold.</summary>
    public long BufferBytes => _factory.BufferBytes;

    /// <summary>Takes an IP packet; whatever its bytes are.</summary>
    /// <param name="packet">The packet; not kept.</param>
    /// <param name="info">What is known beside it.</param>
    /// <param name="now">The time; never earlier than in the call before.</param>
    public void HandlePacket(ReadOnlySpan<byte> packet, in PacketInfo info, Instant now) => _reception.Handle(packet, info, now);

    /// <summary>Writes the next IP packet to send.</summary>
    /// <param name="buffer">Room for it: the MTU, or 64 KB with <see cref="StackOptions.SegmentationOffload"/>.</param>
    /// <param name="info">What has to be done about it.</param>
    /// <param name="now">The time.</param>
    /// <returns>Its length; 0 when there is nothing to send now.</returns>
    public int PollTransmit(Span<byte> buffer, out PacketInfo info, Instant now) => _transmission.Poll(buffer, out info, now);

    /// <summary>
    /// When <see cref="HandleTimeout"/> has to be called at the latest; ask when <see cref="PollTransmit"/> has returned 0.
    /// </summary>
    public Instant PollTimeout() => _host.Connections.Deadline;

    /// <summary>Does what is due. Calling it early or often does no harm.</summary>
    /// <param name="now">The time.</param>
    public void HandleTimeout(Instant now)
    {
        while (_host.Connections.TryTakeDue(now, out var connection))
        {
            connection!.HandleTimeout(now);
            _host.Connections.Touch(connection);
        }
    }

    /// <summary>The next thing that happened.</summary>
    /// <param name="happened">What.</param>
    /// <returns>False when there is none.</returns>
    public bool PollEvent(out StackEvent happened) => _host.Events.TryTake(out happened);

    /// <summary>
    /// Begins a connection; <see cref="StackEventKind.Connected"/> or <see cref="StackEventKind.Ended"/> tell how it went.
    /// </summary>
    /// <param name="local">This end; with port 0 one is picked.</param>
    /// <param name="remote">The peer.</param>
    /// <param name="options">What the connection is made with.</param>
    /// <param name="now">The time.</param>
    /// <returns>Its name; the default value when the address is none of the stack's, the ends are taken, or there is no room.</returns>
    /// <exception cref="ArgumentException">The families differ, or a scheduler or congestion control has no such name.</exception>
    public ConnectionId Connect(Endpoint local, Endpoint remote, ConnectionOptions options, Instant now)
    {
        OptionChecks.Check(options);
        if (local.Address.IsV4 != remote.Address.IsV4)
        {
            throw new ArgumentException("both ends have to be of one family", nameof(local));
        }

        return _host.Ports.TryComplete(local, remote, out var tuple) && _factory.Connect(tuple, options, now) is { } connection
            ? connection.Session.Id
            : default;
    }

    /// <summary>Accepts connections on a local end.</summary>
    /// <param name="local">The end; an unspecified address stands for all of its family.</param>
    /// <param name="options">What each connection is made with.</param>
    /// <returns>The listener's name; the default value when the end is taken.</returns>
    /// <exception cref="ArgumentException">A scheduler or congestion control has no such name.</exception>
    public ListenerId Listen(Endpoint local, ConnectionOptions options)
    {
        OptionChecks.Check(options);
        return _listeners.Add(local, options)?.Id ?? default;
    }

    /// <summary>Stops a listener; what was not taken by <see cref="TryAccept"/> is reset, what was goes on.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="now">The time.</param>
    public void StopListening(ListenerId id, Instant now) => _listeners.Stop(id, now);

    /// <summary>The next established connection of a listener.</summary>
    /// <param name="id">The listener.</param>
    /// <param name="connection">The connection.</param>
    /// <returns>False when none waits.</returns>
    public bool TryAccept(ListenerId id, out ConnectionId connection)
    {
        connection = default;
        return _listeners.Find(id) is { } listener && listener.TryAccept(out connection);
    }

    /// <summary>Appends bytes to a connection's stream; also before it is connected.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="now">The time.</param>
    /// <returns>Bytes taken: fewer when the buffer is full (<see cref="StackEventKind.Writable"/> follows); <see cref="Gone"/>.</returns>
    public int Write(ConnectionId id, ReadOnlySpan<byte> data, Instant now)
    {
        if (Living(id) is not { } connection)
        {
            return Gone;
        }

        var taken = connection.Write(data, now);
        _host.Connections.Touch(connection);
        return taken;
    }

    /// <summary>Room at the end of a stream for a writer without a buffer; valid until the next call of any method.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="wanted">Bytes wished for.</param>
    /// <returns>The room: shorter where the buffer wraps, empty when it is full or the connection gone.</returns>
    public Span<byte> WriteSpan(ConnectionId id, int wanted) => Living(id) is { } connection ? connection.WriteSpan(wanted) : [];

    /// <summary>Appends the first bytes of what <see cref="WriteSpan"/> gave.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="count">How many.</param>
    /// <param name="now">The time.</param>
    public void Commit(ConnectionId id, int count, Instant now)
    {
        if (Living(id) is { } connection)
        {
            connection.Commit(count, now);
            _host.Connections.Touch(connection);
        }
    }

    /// <summary>Takes bytes out of the peer's stream.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="now">The time.</param>
    /// <returns>Bytes; 0 for none (<see cref="StackEventKind.Readable"/> follows); <see cref="EndOfStream"/>; <see cref="Gone"/>.</returns>
    public int Read(ConnectionId id, Span<byte> destination, Instant now)
    {
        if (_host.Connections.Find(id) is not { } connection)
        {
            return Gone;
        }

        var read = connection.Read(destination, now);
        if (read > 0)
        {
            _host.Connections.Touch(connection);
            return read;
        }

        return connection.Session.Ends.IsPeerDone && connection.Session.Receive.Available == 0 ? EndOfStream : connection.IsOver ? Gone : 0;
    }

    /// <summary>What can be read, in one piece; valid until the next call of any method.</summary>
    /// <param name="id">The connection.</param>
    public ReadOnlySpan<byte> ReadSpan(ConnectionId id) =>
        _host.Connections.Find(id) is { } connection ? connection.Session.Receive.ReadSpan() : [];

    /// <summary>Removes the first bytes of what <see cref="ReadSpan"/> gave.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="count">How many.</param>
    /// <param name="now">The time.</param>
    public void Consume(ConnectionId id, int count, Instant now)
    {
        if (_host.Connections.Find(id) is { } connection)
        {
            connection.Consume(count, now);
            _host.Connections.Touch(connection);
        }
    }

    /// <summary>Ends this end's stream; what was written is still delivered, and the peer's stream can still be read.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="now">The time.</param>
    public void Close(ConnectionId id, Instant now)
    {
        if (Living(id) is { } connection)
        {
            connection.Close(now);
            _host.Connections.Touch(connection);
        }
    }

    /// <summary>
    /// The application is done with a connection: what was written is still delivered. When bytes have come that it has not read, or more
    /// come (RFC 9293 sections 3.10.4 and 3.6.1), or the peer is silent for <see cref="ConnectionOptions.CloseTimeout"/>, the connection is
    /// ended at once, as by <see cref="Abort"/>.
    /// </summary>
    /// <param name="id">The connection.</param>
    /// <param name="now">The time.</param>
    public void Release(ConnectionId id, Instant now)
    {
        if (Living(id) is { } connection)
        {
            connection.Release(now);
            _host.Connections.Touch(connection);
        }
    }

    /// <summary>Ends a connection at once: resets, and MP_FASTCLOSE on Multipath TCP (RFC 8684 section 3.5).</summary>
    /// <param name="id">The connection.</param>
    /// <param name="now">The time.</param>
    public void Abort(ConnectionId id, Instant now)
    {
        if (Living(id) is { } connection)
        {
            connection.Abort(EndReason.Aborted, now);
            _host.Connections.Touch(connection);
        }
    }

    /// <summary>Exchanges a connection's packet scheduler while it runs.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="name">The scheduler.</param>
    /// <param name="options">What is set of it; null for what the connection has.</param>
    /// <returns>False when there is no such connection or scheduler.</returns>
    public bool SetScheduler(ConnectionId id, string name, SchedulerOptions? options = null)
    {
        if (Living(id) is not { } connection)
        {
            return false;
        }

        _host.Connections.Touch(connection);
        return connection.TrySetScheduler(name, options);
    }

    /// <summary>Changes what is set of a connection's packet scheduler while it runs: targets, quantum, the cost of copies.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="options">What is set from now on.</param>
    /// <returns>False when there is no such connection.</returns>
    public bool SetSchedulerOptions(ConnectionId id, SchedulerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Living(id) is { } connection && SetScheduler(id, connection.Session.SchedulerName, options);
    }

    /// <summary>A connection's numbers.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="info">The numbers.</param>
    /// <returns>False when it is gone.</returns>
    public bool TryGetInfo(ConnectionId id, out ConnectionInfo info) =>
        Reports.TryDescribe(_host.Connections.Find(id), out info);

    /// <summary>The numbers of a connection's subflows.</summary>
    /// <param name="id">The connection.</param>
    /// <param name="destination">Where they go; room for <see cref="StackLimits.Subflows"/>.</param>
    /// <returns>How many there are.</returns>
    public int GetSubflows(ConnectionId id, Span<SubflowInfo> destination) =>
        Reports.DescribeSubflows(_host.Connections.Find(id), destination);

    private MptcpConnection? Living(ConnectionId id) => _host.Connections.Find(id) is { IsOver: false } connection ? connection : null;
}
