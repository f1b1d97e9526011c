using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests.Client;

/// <summary>A client that meets a broken or hostile server gets a status, whatever the bytes.</summary>
public sealed class MalformedResponseTests
{
    private static readonly byte[] Message = [0x0a, 2, (byte)'h', (byte)'i'];

    private static readonly Method<EchoMessage, EchoMessage> ByHand = new(
        MethodType.Unary, "by.Hand", "Call", Marshaller(), Marshaller());

    public static TheoryData<string, byte[], StatusCode> Bodies => new()
    {
        { "well formed", Raw.Frame(Message), StatusCode.OK },
        { "no message", [], StatusCode.Internal },
        { "two messages", [.. Raw.Frame(Message), .. Raw.Frame(Message)], StatusCode.Internal },
        { "half a header", [0, 0, 0], StatusCode.Internal },
        { "half a message", Raw.Frame(Message)[..^1], StatusCode.Internal },
        { "an unknown flag", Raw.Frame(Message, 2), StatusCode.Internal },
        { "compressed without an encoding", Raw.Frame(Message, 1), StatusCode.Internal },
        { "a field cut off", Raw.Frame([0x0a, 200]), StatusCode.Internal },
        { "a varint without end", Raw.Frame([.. Enumerable.Repeat((byte)0xff, 11)]), StatusCode.Internal },
        { "a length of 4 GiB", [0, 255, 255, 255, 255], StatusCode.ResourceExhausted },
    };

    public static TheoryData<int, StatusCode> HttpStatuses => new()
    {
        { 400, StatusCode.Internal }, { 401, StatusCode.Unauthenticated }, { 403, StatusCode.PermissionDenied },
        { 404, StatusCode.Unimplemented }, { 429, StatusCode.Unavailable }, { 500, StatusCode.Unknown }, { 502, StatusCode.Unavailable },
        { 503, StatusCode.Unavailable }, { 504, StatusCode.Unavailable }, { 302, StatusCode.Unknown },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_broken_body_is_a_status(string what, byte[] body, StatusCode expected)
    {
        Assert.NotEmpty(what);
        Assert.Equal(expected, (await CallAsync(Raw.Body(body))).StatusCode);
    }

    [Theory]
    [MemberData(nameof(HttpStatuses))]
    public async Task An_http_status_without_a_grpc_status_is_mapped(int http, StatusCode expected)
    {
        var status = await CallAsync(context =>
        {
            context.Response.StatusCode = http;
            return Task.CompletedTask;
        });

        Assert.Equal(expected, status.StatusCode);
        Assert.Contains(http.ToString(System.Globalization.CultureInfo.InvariantCulture), status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grpc_status_counts_more_than_the_http_status() => Assert.Equal(
        new Status(StatusCode.NotFound, "über").ToString(),
        (await CallAsync(context =>
        {
            context.Response.StatusCode = 500;
            context.Response.Headers["grpc-status"] = "5";
            context.Response.Headers["grpc-message"] = "%C3%BCber";
            return Task.CompletedTask;
        })).ToString());

    [Fact]
    public async Task A_page_is_no_grpc() => Assert.Equal(
        StatusCode.Unknown, (await CallAsync(context => context.Response.WriteAsync("<html>"))).StatusCode);

    [Fact]
    public async Task A_body_without_trailers_is_unknown() => Assert.Equal(StatusCode.Unknown, (await CallAsync(async context =>
    {
        context.Response.ContentType = "application/grpc+proto";
        await context.Response.BodyWriter.WriteAsync(Raw.Frame(Message));
    })).StatusCode);

    [Theory]
    [InlineData("99", StatusCode.Unknown)]
    [InlineData("x", StatusCode.Unknown)]
    [InlineData("-1", StatusCode.Unknown)]
    [InlineData("7", StatusCode.PermissionDenied)]
    public async Task A_status_that_nobody_knows_is_unknown(string text, StatusCode expected) =>
        Assert.Equal(expected, (await CallAsync(Raw.Body(Raw.Frame(Message), text))).StatusCode);

    [Theory]
    [InlineData(0x0, StatusCode.Unavailable)]
    [InlineData(0x1, StatusCode.Internal)]
    [InlineData(0x2, StatusCode.Internal)]
    [InlineData(0x7, StatusCode.Unavailable)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xb, StatusCode.ResourceExhausted)]
    [InlineData(0xc, StatusCode.PermissionDenied)]
    public async Task A_reset_stream_is_mapped(int errorCode, StatusCode expected)
    {
        var status = await CallAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.StartAsync();
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(errorCode);
        });

        Assert.Equal(expected, status.StatusCode);
    }

    [Fact]
    public async Task Binary_metadata_that_are_no_base64_are_internal()
    {
        var status = await CallAsync(async context =>
        {
            context.Response.Headers["x-bin"] = "!";
            await Raw.Body(Raw.Frame(Message))(context);
        });

        Assert.Equal(StatusCode.Internal, status.StatusCode);
    }

    [Theory]
    [InlineData("br", StatusCode.Unimplemented)]
    [InlineData("gzip", StatusCode.Internal)]
    public async Task A_compressed_message_that_cannot_be_read_is_a_status(string encoding, StatusCode expected) =>
        Assert.Equal(expected, (await CallAsync(Raw.Body(Raw.Frame(Message, 1), encoding: encoding))).StatusCode);

    private static Marshaller<EchoMessage> Marshaller() => Marshallers.Create<EchoMessage>(
        (message, context) => context.Complete(Google.Protobuf.MessageExtensions.ToByteArray(message)),
        context => EchoMessage.Parser.ParseFrom(context.PayloadAsNewBuffer()));

    private static async Task<Status> CallAsync(RequestDelegate answer)
    {
        await using var server = await EchoServer.StartAsync(map: Raw.Answering(answer));
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = channel.CreateCallInvoker().AsyncUnaryCall(ByHand, null, default, new EchoMessage());
        try
        {
            await call;
            return call.GetStatus();
        }
        catch (RpcException e)
        {
            return e.Status;
        }
    }
}
