using System.Net;
using System.Net.Sockets;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Lab.Net;

namespace Multipath.Lab.Traffic;

/// <summary>
/// One MPTCP connection from a client to a server with data in one direction, each end on a thread of its own with blocking
/// calls: the pool's moods stay out of what is measured.
/// </summary>
internal sealed class Transfer : IRunningTransfer
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly TransferSpec _spec;
    private readonly IPEndPoint _remote;
    private readonly MptcpSocket _listener;
    private readonly Func<IPEndPoint, ITransferEnd> _connect;
    private readonly SendSide _sender;
    private readonly ReceiveSide _receiver;
    private readonly Thread _client;
    private readonly Thread _server;
    private volatile string? _failure;
    private volatile bool _stopped;

    private Transfer(TransferSpec spec, Func<IPEndPoint, ITransferEnd> connect, NetHost server)
    {
        var address = server.ServerAddress ?? throw new ArgumentException($"{server.Name} has no server address.", nameof(server));
        (_spec, _connect) = (spec, connect);

        // The wildcard: joins to addresses that the server announces later must be accepted too.
        _listener = NetNamespace.Run(server.Namespace, () => MptcpSocket.Listen(new IPEndPoint(IPAddress.Any, spec.Port), backlog: 1));
        _listener.SetCongestionControl(spec.Congestion);
        _remote = new IPEndPoint(address, ((IPEndPoint)_listener.Socket.LocalEndPoint!).Port);
        _sender = new SendSide(spec);
        _receiver = new ReceiveSide();
        _server = new Thread(() => Guard("server", Serve)) { IsBackground = true, Name = "transfer server" };
        _client = new Thread(() => Guard("client", Connect)) { IsBackground = true, Name = "transfer client" };
    }

    /// <inheritdoc/>
    public long ReceivedBytes => _receiver.Bytes;

    /// <summary>True while either end is at work.</summary>
    internal bool IsRunning => _server.IsAlive || _client.IsAlive;

    /// <summary>Starts a transfer; it runs by itself until its bytes or time are used up.</summary>
    /// <exception cref="MptcpUnavailableException">No MPTCP on this kernel.</exception>
    /// <exception cref="SocketException">The port is taken, or there is no such congestion control.</exception>
    internal static Transfer Start(TransferSpec spec, NetHost client, NetHost server)
    {
        var connecting = NetNamespace.Run(client.Namespace, () => MptcpSocket.Create(AddressFamily.InterNetwork));
        connecting.SetCongestionControl(spec.Congestion);
        return Start(
            spec,
            remote =>
            {
                connecting.Socket.Connect(remote);
                return new SocketEnd(connecting, spec.StallLimit);
            },
            server);
    }

    /// <summary>Starts a transfer whose client is another stack than the kernel's.</summary>
    /// <param name="spec">What to transfer.</param>
    /// <param name="connect">Connects the client's end; on a thread of the transfer's.</param>
    /// <param name="server">Where it goes.</param>
    internal static Transfer Start(TransferSpec spec, Func<IPEndPoint, ITransferEnd> connect, NetHost server)
    {
        var transfer = new Transfer(spec, connect, server);
        transfer._server.Start();
        transfer._client.Start();
        return transfer;
    }

    /// <summary>Asks the sender to end now; what is on the way still arrives.</summary>
    internal void Stop() => _stopped = true;

    /// <summary>Waits for both ends and returns what came of it.</summary>
    internal TransferResult Wait()
    {
        _client.Join();
        _server.Join();
        return new TransferResult(_sender.Bytes, _receiver.Bytes, _sender.Hash, _receiver.Hash, _receiver.Gaps, _receiver.Goodput,
            _receiver.IsMptcp, _failure);
    }

    /// <summary>Waits on a thread of its own; the pool's must not block for seconds.</summary>
    public Task<TransferResult> WaitAsync(CancellationToken cancellation) =>
        Task.Factory.StartNew(Wait, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(cancellation);

    private void Guard(string end, Action body)
    {
        try
        {
            body();
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            _failure = e is OperationCanceledException ? $"{end}: no connection came" : $"{end}: {e.Message}";
            _stopped = true;
        }
    }

    private void Serve()
    {
        using var listener = _listener;
        using var limit = new CancellationTokenSource(ConnectLimit);
        var connection = listener.AcceptAsync(limit.Token).GetAwaiter().GetResult();
        connection.SetCongestionControl(_spec.Congestion);
        using var end = new SocketEnd(connection, _spec.StallLimit);
        Run(end, sends: _spec.Direction == Direction.Download);
    }

    private void Connect()
    {
        using var end = _connect(_remote);
        Run(end, sends: _spec.Direction == Direction.Upload);
    }

    private void Run(ITransferEnd end, bool sends)
    {
        if (!sends)
        {
            _receiver.Run(end);
            return;
        }

        _sender.Run(end.Stream, () => _stopped);
        end.CompleteWrites();

        // The peer closes once it has everything: only then may the sender's end go.
        _ = end.Stream.Read(new byte[1], 0, 1);
    }
}
