using Grpc.Core;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests;

public sealed class MetadataTests
{
    [Fact]
    public async Task Metadata_travel_as_request_headers_response_headers_and_trailers()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Unary = async (request, context) =>
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "head", context.RequestHeaders.GetValue("ask")! } });
            context.ResponseTrailers.Add("tail-bin", context.RequestHeaders.GetValueBytes("ask-bin")!);
            return request;
        };
        using var call = server.Client().UnaryAsync(new EchoMessage(), new Metadata { { "Ask", "x y" }, { "ask-bin", [0, 1, 255] } });

        Assert.Equal("x y", (await call.ResponseHeadersAsync).GetValue("head"));
        await call;
        Assert.Equal([0, 1, 255], call.GetTrailers().GetValueBytes("tail-bin"));
    }

    [Fact]
    public async Task Headers_of_the_transport_are_no_metadata()
    {
        await using var server = await EchoServer.StartAsync();
        Metadata? seen = null;
        server.Behaviour.Unary = (request, context) =>
        {
            seen = context.RequestHeaders;
            return Task.FromResult(request);
        };

        await server.Client().UnaryAsync(new EchoMessage(), new Metadata { { "grpc-timeout", "1n" }, { "te", "x" } });

        Assert.Equal(["user-agent"], seen!.Select(entry => entry.Key));
    }

    [Fact]
    public async Task A_key_may_occur_more_than_once_and_keeps_its_order()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Unary = (request, context) =>
        {
            context.ResponseTrailers.Add("many", "1");
            context.ResponseTrailers.Add("many", "2");
            return Task.FromResult(request);
        };
        using var call = server.Client().UnaryAsync(new EchoMessage());
        await call;

        Assert.Equal(["1", "2"], call.GetTrailers().GetAll("many").Select(entry => entry.Value));
        Assert.Equal("2", call.GetTrailers().GetValue("MANY"));
    }

    [Fact]
    public async Task Response_headers_are_sent_once()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Expand = async (_, responses, context) =>
        {
            await responses.WriteAsync(new EchoMessage());
            await Assert.ThrowsAsync<InvalidOperationException>(() => context.WriteResponseHeadersAsync([]));
            await responses.WriteAsync(new EchoMessage { Text = "checked" });
        };
        using var call = server.Client().Expand(new EchoMessage());

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal("checked", call.ResponseStream.Current.Text);
    }

    [Theory]
    [InlineData("ü")]
    [InlineData("two\nlines")]
    public async Task Values_that_headers_cannot_carry_are_internal_and_break_nothing(string value)
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Unary = (request, context) =>
        {
            context.ResponseTrailers.Add("bad", request.Text);
            return Task.FromResult(request);
        };
        var client = server.Client();

        var there = await Assert.ThrowsAsync<RpcException>(
            async () => await client.UnaryAsync(new EchoMessage(), new Metadata { { "bad", value } }));
        var back = await Assert.ThrowsAsync<RpcException>(async () => await client.UnaryAsync(new EchoMessage { Text = value }));

        Assert.Equal((StatusCode.Internal, StatusCode.Internal), (there.StatusCode, back.StatusCode));
    }

    [Fact]
    public void Keys_are_checked_and_lower_case()
    {
        Assert.Equal("a-b.c_1", new Metadata.Entry("A-b.C_1", "x").Key);
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a b", "x"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("", "x"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a-bin", "x"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a", [1]));
        Assert.Throws<InvalidOperationException>(() => new Metadata.Entry("a-bin", [1]).Value);
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "x"));
    }

    [Fact]
    public async Task The_service_sees_who_calls_what()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Unary = (_, context) => Task.FromResult(new EchoMessage
        {
            Text = $"{context.Method} {context.Host} {context.Peer[..15]} {context.Deadline == DateTime.MaxValue} "
                + $"{context.AuthContext.IsPeerAuthenticated} {context.GetHttpContext().Request.Protocol}",
        });

        var response = await server.Client().UnaryAsync(new EchoMessage());

        Assert.Equal($"/multipath.test.v1.Echo/Unary {server.Address.Authority} ipv4:127.0.0.1: True False HTTP/2", response.Text);
    }
}
