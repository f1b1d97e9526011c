using Grpc.Core;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests;

public sealed class CallKindsTests
{
    [Fact]
    public async Task A_unary_call_returns_what_the_service_returns()
    {
        await using var server = await EchoServer.StartAsync();

        var response = await server.Client().UnaryAsync(new EchoMessage { Text = "hello" });

        Assert.Equal("hello", response.Text);
    }

    [Fact]
    public async Task A_blocking_unary_call_returns_what_the_service_returns()
    {
        await using var server = await EchoServer.StartAsync();
        var client = server.Client();

        var response = await Task.Run(() => client.Unary(new EchoMessage { Text = "hello" }));

        Assert.Equal("hello", response.Text);
    }

    [Fact]
    public async Task A_message_without_any_field_is_a_message()
    {
        await using var server = await EchoServer.StartAsync();

        Assert.Equal(new EchoMessage(), await server.Client().UnaryAsync(new EchoMessage()));
    }

    [Fact]
    public async Task A_client_stream_is_read_in_order_to_its_end()
    {
        await using var server = await EchoServer.StartAsync();
        using var call = server.Client().Collect();

        foreach (var text in (string[])["a", "b", "c"])
        {
            await call.RequestStream.WriteAsync(new EchoMessage { Text = text });
        }

        await call.RequestStream.CompleteAsync();
        var response = await call;
        Assert.Equal((3, "abc"), (response.Count, response.Text));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    public async Task A_server_stream_is_read_in_order_to_its_end(int count)
    {
        await using var server = await EchoServer.StartAsync();
        using var call = server.Client().Expand(new EchoMessage { Count = count });

        var received = new List<int>();
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            received.Add(response.Count);
        }

        Assert.Equal(Enumerable.Range(0, count), received);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_duplex_call_alternates_requests_and_responses()
    {
        await using var server = await EchoServer.StartAsync();
        using var call = server.Client().Duplex();

        for (var i = 0; i < 100; i++)
        {
            await call.RequestStream.WriteAsync(new EchoMessage { Count = i });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(i, call.ResponseStream.Current.Count);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_service_may_answer_before_the_first_request()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Duplex = async (_, responses, _) => await responses.WriteAsync(new EchoMessage { Text = "welcome" });
        using var call = server.Client().Duplex();

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal("welcome", call.ResponseStream.Current.Text);
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Messages_with_a_buffer_hint_arrive_with_the_next_one_without()
    {
        await using var server = await EchoServer.StartAsync();
        using var call = server.Client().Duplex();

        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
        await call.RequestStream.WriteAsync(new EchoMessage { Count = 1 });
        call.RequestStream.WriteOptions = null;
        await call.RequestStream.WriteAsync(new EchoMessage { Count = 2 });

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(2, call.ResponseStream.Current.Count);
    }

    [Fact]
    public async Task Only_one_read_and_one_write_are_under_way_at_a_time()
    {
        await using var server = await EchoServer.StartAsync();
        using var call = server.Client().Duplex();

        var read = call.ResponseStream.MoveNext();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.ResponseStream.MoveNext());
        await call.RequestStream.CompleteAsync();
        Assert.False(await read);
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new EchoMessage()));
    }

    [Fact]
    public async Task Many_streams_go_on_at_once_and_keep_apart()
    {
        await using var server = await EchoServer.StartAsync();
        var client = server.Client();

        await Parallel.ForAsync(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 60 }, async (stream, cancelled) =>
        {
            using var call = client.Duplex(cancellationToken: cancelled);
            for (var i = 0; i < 50; i++)
            {
                await call.RequestStream.WriteAsync(new EchoMessage { Count = (stream * 1000) + i }, cancelled);
                Assert.True(await call.ResponseStream.MoveNext(cancelled));
                Assert.Equal((stream * 1000) + i, call.ResponseStream.Current.Count);
            }
        });
    }

    [Fact]
    public async Task A_definition_binds_all_methods_of_the_service()
    {
        await using var server = await EchoServer.StartAsync();
        var names = new List<string>();

        Echo.BindService(new EchoService(server.Behaviour)).BindService(new Names(names));

        Assert.Equal(["Unary", "Collect", "Expand", "Duplex"], names);
    }

    [Fact]
    public async Task Many_calls_share_a_connection()
    {
        await using var server = await EchoServer.StartAsync();
        var client = server.Client();

        var responses = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => client.UnaryAsync(new EchoMessage { Count = i }).ResponseAsync));

        Assert.Equal(Enumerable.Range(0, 200), responses.Select(response => response.Count));
    }

    private sealed class Names(List<string> names) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => names.Add(method.Name);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) => names.Add(method.Name);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) => names.Add(method.Name);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) => names.Add(method.Name);
    }
}
