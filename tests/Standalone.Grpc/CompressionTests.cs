using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests;

public sealed class CompressionTests
{
    private static readonly EchoMessage Compressible = new() { Payload = ByteString.CopyFrom(new byte[100_000]) };

    [Fact]
    public async Task A_client_that_asks_for_it_sends_gzip()
    {
        await using var server = await EchoServer.StartAsync();
        string? encoding = null;
        server.Behaviour.Unary = (request, context) =>
        {
            encoding = context.GetHttpContext().Request.Headers["grpc-encoding"];
            return Task.FromResult(request);
        };

        var response = await server.Client().UnaryAsync(Compressible, new Metadata { { "grpc-internal-encoding-request", "gzip" } });

        Assert.Equal(Compressible, response);
        Assert.Equal("gzip", encoding);
    }

    [Fact]
    public async Task A_server_that_compresses_does_so_for_clients_that_accept_it()
    {
        await using var server = await EchoServer.StartAsync(Gzip);
        using var http = Raw.Http();
        var body = Raw.Frame(Compressible.ToByteArray());
        var accepting = Raw.Request(new Uri(server.Address, Raw.UnaryPath), body);
        accepting.Headers.Add("grpc-accept-encoding", "identity, gzip");

        using var compressed = await http.SendAsync(accepting);
        using var plain = await http.SendAsync(Raw.Request(new Uri(server.Address, Raw.UnaryPath), body));

        Assert.Equal("gzip", compressed.Headers.GetValues("grpc-encoding").Single());
        Assert.InRange((await compressed.Content.ReadAsByteArrayAsync()).Length, 5, 2_000);
        Assert.False(plain.Headers.Contains("grpc-encoding"));
        Assert.Equal(body, await plain.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Compressed_streams_carry_compressed_and_plain_messages()
    {
        await using var server = await EchoServer.StartAsync(Gzip);
        server.Behaviour.Expand = async (request, responses, _) =>
        {
            await responses.WriteAsync(request);
            responses.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
            await responses.WriteAsync(request);
        };
        using var call = server.Client().Expand(Compressible);

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(Compressible, call.ResponseStream.Current);
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(Compressible, call.ResponseStream.Current);
        Assert.False(await call.ResponseStream.MoveNext());
    }

    private static void Gzip(global::Grpc.AspNetCore.Server.GrpcServiceOptions options)
    {
        options.ResponseCompressionAlgorithm = "gzip";
        options.ResponseCompressionLevel = CompressionLevel.Optimal;
    }
}
