using System.Net;
using System.Net.Sockets;
using Multipath.Agent.Namespaces;
using Multipath.Protocol;

namespace Multipath.Agent.DataPlanes.Tun.Proxy;

/// <summary>
/// A SOCKS 5 server (RFC 1928) whose connections are the userspace stack's: whatever program can use a proxy has Multipath TCP by it, with
/// the packet scheduler that its traffic class asks for. A connection begins on the first uplink that is up and answers; the plan in
/// force adds the others.
/// </summary>
internal sealed class SocksProxy : IAsyncDisposable
{
    /// <summary>Each has two buffers and a send buffer in the stack; beyond it programs wait in the backlog.</summary>
    internal const int ConnectionLimit = 1024;

    /// <summary>For a program to say what it wants.</summary>
    private static readonly TimeSpan GreetingPatience = TimeSpan.FromSeconds(10);

    /// <summary>For a server to answer on one uplink, while another one can be tried: three SYNs (RFC 6298, section 2.1).</summary>
    private static readonly TimeSpan UplinkPatience = TimeSpan.FromSeconds(4);

    private readonly TunStack _stack;
    private readonly Func<IEnumerable<IPAddress>> _uplinks;
    private readonly ConnectionOptions _options;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _room = new(ConnectionLimit, ConnectionLimit);
    private readonly Task _accepting;

    private SocksProxy(TunStack stack, Func<IEnumerable<IPAddress>> uplinks, ConnectionOptions options, Socket listener)
    {
        (_stack, _uplinks, _options, _listener) = (stack, uplinks, options, listener);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where programs find it.</summary>
    internal IPEndPoint Local => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Begins to listen.</summary>
    /// <param name="stack">Whose connections it makes.</param>
    /// <param name="uplinks">The stack's addresses whose uplinks are up, best first; asked for each connection.</param>
    /// <param name="options">What connections are made with.</param>
    /// <param name="netns">Where programs are.</param>
    /// <param name="local">Where it listens.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    internal static SocksProxy Start(
        TunStack stack, Func<IEnumerable<IPAddress>> uplinks, ConnectionOptions options, string? netns, IPEndPoint local)
    {
        var listener = NetNamespace.Run(netns, () => new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            listener.Bind(local);
            listener.Listen();
            return new SocksProxy(stack, uplinks, options, listener);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new IOException($"Cannot listen on {local} for programs: {e.Message}", e);
        }
    }

    /// <summary>Breaks off all connections, at both ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        for (var i = 0; i < ConnectionLimit; i++)
        {
            // All room is free when the last connection has ended.
            await _room.WaitAsync();
        }

        await FlushAsync();
        _stop.Dispose();
        _room.Dispose();
    }

    /// <summary>Whoever stops the stack next does so after a round in which the peers were told.</summary>
    private async Task FlushAsync()
    {
        try
        {
            await _stack.AskAllAsync((_, _) => true);
        }
        catch (IOException)
        {
            // The stack has ended by itself.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_stop.Token);
                Socket program;
                try
                {
                    program = await _listener.AcceptAsync(_stop.Token);
                }
                catch
                {
                    _room.Release();
                    throw;
                }

                _ = ServeAsync(program);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket program)
    {
        try
        {
            using var own = program;
            program.NoDelay = true;
            using var stream = new NetworkStream(program);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            patience.CancelAfter(GreetingPatience);
            var (target, refusal) = await SocksRequest.ReadAsync(stream, patience.Token);
            if (target is { } wanted)
            {
                await ConnectAsync(program, wanted);
            }
            else if (refusal is { } why)
            {
                await stream.WriteAsync(SocksRequest.Reply(why, null), patience.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The program is gone, or we are stopped.
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task ConnectAsync(Socket program, SocksTarget target)
    {
        var (connection, reply) = await OpenAsync(target);
        await program.SendAsync(SocksRequest.Reply(reply, connection?.Local), _stop.Token);
        if (connection is not null)
        {
            await using var own = connection;
            await new Relay(program, connection).RunAsync(_stop.Token);
        }
    }

    /// <summary>Tries each address of the target, on each uplink that is up.</summary>
    private async Task<(MultipathStream? Connection, SocksReply Reply)> OpenAsync(SocksTarget target)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(target.Host, out var one) ? [one] : await Dns.GetHostAddressesAsync(target.Host, _stop.Token);
        }
        catch (SocketException)
        {
            return (null, SocksReply.HostUnreachable);
        }

        var reply = SocksReply.NetworkUnreachable;
        foreach (var remote in addresses)
        {
            foreach (var local in _uplinks().Where(local => local.AddressFamily == remote.AddressFamily))
            {
                (var connection, reply) = await TryAsync(new IPEndPoint(remote, target.Port), new IPEndPoint(local, 0));
                if (connection is not null || reply == SocksReply.ConnectionRefused)
                {
                    return (connection, reply);
                }
            }
        }

        return (null, reply);
    }

    private async Task<(MultipathStream? Connection, SocksReply Reply)> TryAsync(IPEndPoint remote, IPEndPoint local)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(UplinkPatience);
        try
        {
            return (await _stack.ConnectAsync(remote, local, _options, patience.Token), SocksReply.Succeeded);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return (null, SocksReply.TimedOut);
        }
        catch (ConnectionEndedException e)
        {
            return (null, e.Reason is EndReason.Refused or EndReason.Reset ? SocksReply.ConnectionRefused : SocksReply.HostUnreachable);
        }
        catch (IOException)
        {
            return (null, SocksReply.GeneralFailure);
        }
    }
}
