using Grpc.Core;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests.Server;

/// <summary>What the server puts on the wire, byte by byte and header by header.</summary>
public sealed class WireTests
{
    private static readonly byte[] Message = [0x0a, 2, (byte)'h', (byte)'i'];

    [Fact]
    public async Task A_response_is_headers_then_one_frame_then_trailers()
    {
        await using var server = await EchoServer.StartAsync();
        using var http = Raw.Http();

        using var response = await http.SendAsync(Raw.Request(new Uri(server.Address, Raw.UnaryPath), Raw.Frame(Message)));

        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.ToString());
        Assert.Equal([0, 0, 0, 0, 4, .. Message], await response.Content.ReadAsByteArrayAsync());
        Assert.False(response.Headers.Contains("grpc-status"));
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.False(response.TrailingHeaders.Contains("grpc-message"));
    }

    [Fact]
    public async Task A_failure_without_messages_is_headers_only()
    {
        await using var server = await EchoServer.StartAsync();
        server.Behaviour.Unary = (_, _) => throw new RpcException(new Status(StatusCode.NotFound, "nö"));
        using var http = Raw.Http();

        using var response = await http.SendAsync(Raw.Request(new Uri(server.Address, Raw.UnaryPath), Raw.Frame(Message)));

        Assert.Equal("5", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal("n%C3%B6", response.Headers.GetValues("grpc-message").Single());
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Empty(response.TrailingHeaders);
    }

    [Fact]
    public async Task Binary_metadata_are_base64_without_padding_and_understood_with_it_and_joined_by_commas()
    {
        await using var server = await EchoServer.StartAsync();
        Metadata? seen = null;
        server.Behaviour.Unary = (request, context) =>
        {
            seen = context.RequestHeaders;
            context.ResponseTrailers.Add("back-bin", [1]);
            return Task.FromResult(request);
        };
        using var http = Raw.Http();
        var request = Raw.Request(new Uri(server.Address, Raw.UnaryPath), Raw.Frame(Message));
        request.Headers.TryAddWithoutValidation("there-bin", "AQ==,AgM,BAUG");

        using var response = await http.SendAsync(request);

        Assert.Equal([[1], [2, 3], [4, 5, 6]], seen!.GetAll("there-bin").Select(entry => entry.ValueBytes));
        Assert.Equal("AQ", response.TrailingHeaders.GetValues("back-bin").Single());
    }

    [Fact]
    public async Task A_message_in_many_small_pieces_is_one_message()
    {
        await using var server = await EchoServer.StartAsync();
        using var call = server.Client().Collect();
        var payload = new byte[3_000_000];
        Random.Shared.NextBytes(payload);

        await call.RequestStream.WriteAsync(new EchoMessage { Payload = Google.Protobuf.ByteString.CopyFrom(payload) });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(payload, (await call).Payload.ToByteArray());
    }
}
