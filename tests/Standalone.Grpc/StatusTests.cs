using System.Net;
using Grpc.Core;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests;

public sealed class StatusTests
{
    public static TheoryData<StatusCode> Failures => [.. Enum.GetValues<StatusCode>().Where(code => code != StatusCode.OK)];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_thrown_status_reaches_the_client_with_text_and_trailers(StatusCode code)
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Unary = (_, _) => throw new RpcException(
            new Status(code, "100% ünlike\r\nly"), new Metadata { { "why", "asked" }, { "why-bin", [0, 255] } });

        var e = await Assert.ThrowsAsync<RpcException>(async () => await server.Client().UnaryAsync(new EchoMessage()));

        Assert.Equal((code, "100% ünlike\r\nly"), (e.StatusCode, e.Status.Detail));
        Assert.Equal("asked", e.Trailers.GetValue("why"));
        Assert.Equal([0, 255], e.Trailers.GetValueBytes("why-bin"));
    }

    [Fact]
    public async Task A_status_after_messages_comes_after_the_messages()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Expand = async (_, responses, context) =>
        {
            await responses.WriteAsync(new EchoMessage { Count = 1 });
            context.ResponseTrailers.Add("seen", "1");
            context.Status = new Status(StatusCode.DataLoss, "half");
        };
        using var call = server.Client().Expand(new EchoMessage());

        Assert.True(await call.ResponseStream.MoveNext());
        var e = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal((StatusCode.DataLoss, "half"), (e.StatusCode, e.Status.Detail));
        Assert.Equal("1", call.GetTrailers().GetValue("seen"));
        Assert.Equal(StatusCode.DataLoss, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_unary_service_may_set_a_status_instead_of_throwing()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Unary = (_, context) =>
        {
            context.Status = new Status(StatusCode.NotFound, "no such host");
            return Task.FromResult(new EchoMessage());
        };

        var e = await Assert.ThrowsAsync<RpcException>(async () => await server.Client().UnaryAsync(new EchoMessage()));

        Assert.Equal(StatusCode.NotFound, e.StatusCode);
    }

    [Theory]
    [InlineData(false, "The service failed.")]
    [InlineData(true, "The service failed: FormatException: secret")]
    public async Task Another_exception_is_unknown_and_tells_nothing_unless_asked(bool detailed, string text)
    {
        await using var server = await EchoServer.StartAsync(options => options.EnableDetailedErrors = detailed);
        server.Behaviour.Unary = (_, _) => throw new FormatException("secret");

        var e = await Assert.ThrowsAsync<RpcException>(async () => await server.Client().UnaryAsync(new EchoMessage()));

        Assert.Equal((StatusCode.Unknown, text), (e.StatusCode, e.Status.Detail));
    }

    [Fact]
    public async Task A_method_that_is_not_served_is_unimplemented()
    {
        await using var server = await EchoServer.StartAsync();
        using var http = Raw.Http();

        foreach (var path in (string[])["/multipath.test.v1.Echo/Unknown", "/other.Service/Unary"])
        {
            using var response = await http.SendAsync(Raw.Request(new Uri(server.Address, path), Raw.Frame([])));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
        }
    }

    [Fact]
    public async Task A_service_that_does_not_override_a_method_answers_unimplemented()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Unary = (request, context) => new Bare().Unary(request, context);

        var e = await Assert.ThrowsAsync<RpcException>(async () => await server.Client().UnaryAsync(new EchoMessage()));

        Assert.Equal(StatusCode.Unimplemented, e.StatusCode);
    }

    [Fact]
    public async Task The_status_of_a_call_under_way_cannot_be_asked()
    {
        await using var server = await EchoServer.StartAsync();
        using var call = server.Client().Duplex();

        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        var server = await EchoServer.StartAsync();
        var client = server.Client();
        await server.App.StopAsync();
        await using (server)
        {
            var e = await Assert.ThrowsAsync<RpcException>(async () => await client.UnaryAsync(new EchoMessage()));
            Assert.Equal(StatusCode.Unavailable, e.StatusCode);
            using var call = client.Duplex();
            e = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new EchoMessage()));
            Assert.Equal(StatusCode.Unavailable, e.StatusCode);
            e = await Assert.ThrowsAsync<RpcException>(() => call.ResponseHeadersAsync);
            Assert.Equal(StatusCode.Unavailable, e.StatusCode);
        }
    }

    private sealed class Bare : Echo.EchoBase;
}
