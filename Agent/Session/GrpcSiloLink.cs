using Grpc.Core;
using Grpc.Net.Client;
using Multipath.Agent.Mapping;
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

    /// <summary>Does not connect yet.</summary>
    /// <param name="silo">Such as http://silo:7443.</param>
    /// <param name="host">The host's id, which each report carries.</param>
    /// <param name="handler">Makes the connections; owned from now on.</param>
    public GrpcSiloLink(Uri silo, string host, HttpMessageHandler handler)
    {
        _host = host;
        _channel = GrpcChannel.ForAddress(silo, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MessageLimit,
        });
        _client = new AgentGateway.AgentGatewayClient(_channel);
    }

    public Task<ISiloStream> OpenAsync(CancellationToken cancellation) =>
        Task.FromResult<ISiloStream>(new Stream(_client.Connect(cancellationToken: CancellationToken.None), _host));

    public void Dispose() => _channel.Dispose();

    private sealed class Stream(
        AsyncDuplexStreamingCall<Contracts.Wire.AgentMessage, Contracts.Wire.SiloMessage> call, string host) : ISiloStream
    {
        public async Task WriteAsync(AgentMessage message, CancellationToken cancellation)
        {
            try
            {
                await call.RequestStream.WriteAsync(AgentMessages.ToWire(message, host), cancellation);
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
