using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests;

public sealed class CancellationTests
{
    [Fact]
    public async Task A_cancelled_unary_call_cancels_the_service()
    {
        await using var server = await EchoServer.StartAsync();
        var (entered, left) = Waiting(server);
        using var cancel = new CancellationTokenSource();
        using var call = server.Client().UnaryAsync(new EchoMessage(), cancellationToken: cancel.Token);

        await entered;
        await cancel.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await left;
    }

    [Fact]
    public async Task A_disposed_call_cancels_the_service()
    {
        await using var server = await EchoServer.StartAsync();
        var (entered, left) = Waiting(server);
        var call = server.Client().UnaryAsync(new EchoMessage());

        await entered;
        call.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await left;
    }

    [Fact]
    public async Task A_disposed_channel_cancels_its_calls()
    {
        await using var server = await EchoServer.StartAsync();
        var (entered, left) = Waiting(server);
        var channel = GrpcChannel.ForAddress(server.Address);
        var client = new Echo.EchoClient(channel);
        using var call = client.UnaryAsync(new EchoMessage());

        await entered;
        await channel.ShutdownAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await left;
        Assert.Throws<ObjectDisposedException>(() => client.UnaryAsync(new EchoMessage()));
    }

    [Fact]
    public async Task A_cancelled_stream_ends_the_reads_of_both_sides()
    {
        await using var server = await EchoServer.StartAsync();
        var served = new TaskCompletionSource();
        server.Behaviour.Duplex = async (requests, responses, _) =>
        {
            try
            {
                await responses.WriteAsync(new EchoMessage());
                await requests.MoveNext();
            }
            finally
            {
                served.SetResult();
            }
        };
        using var cancel = new CancellationTokenSource();
        using var call = server.Client().Duplex(cancellationToken: cancel.Token);
        Assert.True(await call.ResponseStream.MoveNext());

        var read = call.ResponseStream.MoveNext();
        await cancel.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
        await served.Task;
    }

    [Fact]
    public async Task A_token_of_one_read_cancels_the_call_on_the_client()
    {
        await using var server = await EchoServer.StartAsync();
        using var call = server.Client().Duplex();
        using var cancel = new CancellationTokenSource();

        var read = call.ResponseStream.MoveNext(cancel.Token);
        await cancel.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_token_of_one_read_ends_only_that_read_on_the_server()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Duplex = async (requests, responses, _) =>
        {
            using var cancel = new CancellationTokenSource();
            var read = requests.MoveNext(cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
            await responses.WriteAsync(new EchoMessage { Text = "impatient" });
            Assert.True(await requests.MoveNext());
            await responses.WriteAsync(requests.Current);
        };
        using var call = server.Client().Duplex();

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal("impatient", call.ResponseStream.Current.Text);
        await call.RequestStream.WriteAsync(new EchoMessage { Text = "late" });
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal("late", call.ResponseStream.Current.Text);
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task A_service_that_returns_early_ends_the_call_of_a_client_that_still_writes()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Duplex = (_, _, _) => throw new RpcException(new Status(StatusCode.ResourceExhausted, "too many"));
        using var call = server.Client().Duplex();

        var read = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        var write = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new EchoMessage()));

        Assert.Equal((StatusCode.ResourceExhausted, StatusCode.ResourceExhausted), (read.StatusCode, write.StatusCode));
    }

    [Fact]
    public async Task A_write_waits_while_the_client_does_not_read_and_ends_when_it_cancels()
    {
        await using var server = await EchoServer.StartAsync();
        var stuck = new TaskCompletionSource();
        var ended = new TaskCompletionSource<Exception>();
        server.Behaviour.Expand = async (_, responses, _) =>
        {
            var message = new EchoMessage { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[100_000]) };
            try
            {
                while (true)
                {
                    var write = responses.WriteAsync(message);
                    if (!write.IsCompleted)
                    {
                        stuck.TrySetResult();
                    }

                    await write;
                }
            }
            catch (Exception e)
            {
                ended.SetResult(e);
                throw;
            }
        };
        using var call = server.Client().Expand(new EchoMessage());
        Assert.True(await call.ResponseStream.MoveNext());

        await stuck.Task;
        call.Dispose();

        Assert.IsType<OperationCanceledException>(await ended.Task, exactMatch: false);
    }

    [Fact]
    public async Task A_lost_connection_is_unavailable_to_the_client_and_a_cancellation_to_the_service()
    {
        await using var server = await EchoServer.StartAsync();
        var (entered, left) = Waiting(server);
        Socket? connection = null;
        var client = server.Client(options =>
        {
            options.DisposeHttpClient = true;
            options.HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = async (context, cancellationToken) =>
                {
                    connection = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await connection.ConnectAsync(context.DnsEndPoint, cancellationToken);
                    return new NetworkStream(connection, ownsSocket: true);
                },
            };
        });
        using var call = client.UnaryAsync(new EchoMessage());

        await entered;
        connection!.Shutdown(SocketShutdown.Both);

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await left;
    }

    private static (Task Entered, Task Left) Waiting(EchoServer server)
    {
        var entered = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        server.Behaviour.Unary = async (request, context) =>
        {
            using var gone = context.CancellationToken.Register(left.SetResult);
            entered.SetResult();
            await left.Task;
            return request;
        };
        return (entered.Task, left.Task);
    }
}
