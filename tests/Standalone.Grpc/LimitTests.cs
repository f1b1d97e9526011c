using Google.Protobuf;
using Grpc.Core;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests;

public sealed class LimitTests
{
    [Fact]
    public async Task A_request_longer_than_4_MiB_is_refused_by_default()
    {
        await using var server = await EchoServer.StartAsync();
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOfAsync(server.Client(), 4 * 1024 * 1024));
        Assert.Equal(StatusCode.OK, await StatusOfAsync(server.Client(), (4 * 1024 * 1024) - 5));
    }

    [Fact]
    public async Task A_request_longer_than_the_client_may_send_is_not_sent()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Unary = (_, _) => throw new InvalidOperationException("called");
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOfAsync(server.Client(options => options.MaxSendMessageSize = 100), 101));
    }

    [Fact]
    public async Task A_response_longer_than_the_server_may_send_is_refused()
    {
        await using var server = await EchoServer.StartAsync(options => options.MaxSendMessageSize = 100);
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOfAsync(server.Client(), 101));
    }

    [Fact]
    public async Task A_response_longer_than_the_client_receives_is_refused()
    {
        await using var server = await EchoServer.StartAsync();
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOfAsync(server.Client(options => options.MaxReceiveMessageSize = 100), 101));
    }

    [Fact]
    public async Task Without_limits_messages_may_be_large()
    {
        await using var server = await EchoServer.StartAsync(options => options.MaxReceiveMessageSize = null);
        Assert.Equal(
            StatusCode.OK, await StatusOfAsync(server.Client(options => options.MaxReceiveMessageSize = null), 30_000_000));
    }

    private static async Task<StatusCode> StatusOfAsync(Echo.EchoClient client, int payload)
    {
        using var call = client.UnaryAsync(new EchoMessage { Payload = ByteString.CopyFrom(new byte[payload]) });
        try
        {
            Assert.Equal(payload, (await call).Payload.Length);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
