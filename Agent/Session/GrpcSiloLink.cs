using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Multipath.Agent.Mapping;
using Multipath.Agent.Reconcile;
using Multipath.Contracts.Wire;

namespace Multipath.Agent.Session;

/// <summary>The silo by gRPC, over connections made inside a network namespace.</summary>
internal sealed class GrpcSiloLink : ISiloLink, IDisposable
{
    /// <summary>A plan is some kilobytes; this is 100 times the largest that is accepted.</summary>
    private const int MessageLimit = 16 * 1024 * 1024;

    private readonly GrpcChannel _channel;
    private readonly AgentGateway.AgentGatewayClient _client;
    private readonly string _host;
    private volatile IPAddress? _local;

    /// <summary>Does not connect yet.</summary>
    /// <param name="silo">Such as http://silo:7443.</param>
    /// <param name="host">The host's id, which each report carries.</param>
    /// <param name="handler">Makes the connections; owned from now on.</param>
    public GrpcSiloLink(Uri silo, string host, HttpMessageHandler handler)
    {
        _host = host;
        if (handler is SocketsHttpHandler { ConnectCallback: null } sockets)
        {
            sockets.ConnectCallback = ConnectAsync;
        }

        _channel = GrpcChannel.ForAddress(silo, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MessageLimit,
        });
        _client = new AgentGateway.AgentGatewayClient(_channel);
    }

    public Task<ISiloStream> OpenAsync(CancellationToken cancellation) =>
        Task.FromResult<ISiloStream>(new Stream(_client.Connect(cancellationToken: CancellationToken.None), this));

    public void Dispose() => _channel.Dispose();

    /// <summary>As the handler does it, but for keeping the address of this end.</summary>
    private async ValueTask<System.IO.Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            _local = socket.LocalEndPoint is IPEndPoint end ? TrackedConnection.Plain(end.Address) : null;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class Stream(
        AsyncDuplexStreamingCall<Contracts.Wire.AgentMessage, Contracts.Wire.SiloMessage> call, GrpcSiloLink link) : ISiloStream
    {
        public IPAddress? Local => link._local;

        public async Task WriteAsync(AgentMessage message, CancellationToken cancellation)
        {
            try
            {
                await call.RequestStream.WriteAsync(AgentMessages.ToWire(message, link._host), cancellation);
            }
            catch (Exception e) when (IsBroken(e))
            {
                throw new SiloLinkException(Reason(e), e);
            }
        }

        public async Task<SiloMessage?> ReadAsync(CancellationToken cancellation)
        {
            try
            {
                return await call.ResponseStream.MoveNext(cancellation) ? SiloMessages.FromWire(call.ResponseStream.Current) : null;
            }
            catch (Exception e) when (IsBroken(e))
            {
                throw new SiloLinkException(Reason(e), e);
            }
        }

        public ValueTask DisposeAsync()
        {
            call.Dispose();
            return ValueTask.CompletedTask;
        }

        private static bool IsBroken(Exception e) => e is RpcException or IOException or HttpRequestException or InvalidOperationException;

        private static string Reason(Exception e) => e is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : e.Message;
    }
}
