using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests;

public sealed class DeadlineTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task The_client_gives_up_at_the_deadline()
    {
        var time = new ManualTime();
        await using var server = await EchoServer.StartAsync();
        var entered = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        server.Behaviour.Unary = async (request, context) =>
        {
            using var gone = context.CancellationToken.Register(left.SetResult);
            entered.SetResult();
            await left.Task;
            return request;
        };
        var client = server.Client(options => options.ServiceProvider = new TimeServices(time));
        using var call = client.UnaryAsync(new EchoMessage(), deadline: (time.GetUtcNow() + Second).UtcDateTime);

        await entered.Task;
        time.Advance(Second);

        var e = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        await left.Task;
    }

    [Fact]
    public async Task The_server_gives_up_at_the_deadline()
    {
        var time = new ManualTime();
        await using var server = await EchoServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(time));
        var entered = new TaskCompletionSource<DateTime>();
        server.Behaviour.Unary = async (request, context) =>
        {
            entered.SetResult(context.Deadline);
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
            return request;
        };
        var asked = Raw.AskAsync(server, Raw.Frame([]), request => request.Headers.Add("grpc-timeout", "1500m"));

        Assert.Equal(time.GetUtcNow().UtcDateTime.AddMilliseconds(1500), await entered.Task);
        time.Advance(Second * 1.5);

        Assert.Equal("4", (await asked).Status);
    }

    [Fact]
    public async Task The_server_learns_the_time_that_is_left()
    {
        var time = new ManualTime();
        await using var server = await EchoServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(time));
        server.Behaviour.Unary = (_, context) => Task.FromResult(new EchoMessage
        {
            Count = (int)(context.Deadline - time.GetUtcNow().UtcDateTime).TotalMilliseconds,
        });
        var client = server.Client(options => options.ServiceProvider = new TimeServices(time));

        var response = await client.UnaryAsync(new EchoMessage(), deadline: (time.GetUtcNow() + (Second * 90)).UtcDateTime);

        Assert.Equal(90_000, response.Count);
    }

    [Fact]
    public async Task A_deadline_in_the_past_makes_no_request()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Unary = (_, _) => throw new InvalidOperationException("called");

        var e = await Assert.ThrowsAsync<RpcException>(
            async () => await server.Client().UnaryAsync(new EchoMessage(), deadline: DateTime.UtcNow.AddSeconds(-1)));

        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
    }

    [Fact]
    public async Task A_stream_ends_at_the_deadline_wherever_it_waits()
    {
        var time = new ManualTime();
        await using var server = await EchoServer.StartAsync();
        var client = server.Client(options => options.ServiceProvider = new TimeServices(time));
        using var call = client.Duplex(deadline: (time.GetUtcNow() + Second).UtcDateTime);
        await call.RequestStream.WriteAsync(new EchoMessage());
        Assert.True(await call.ResponseStream.MoveNext());

        var waiting = call.ResponseStream.MoveNext();
        time.Advance(Second);

        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => waiting)).StatusCode);
        var write = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new EchoMessage()));
        Assert.Equal(StatusCode.DeadlineExceeded, write.StatusCode);
    }
}
