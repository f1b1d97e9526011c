using System.IO.Compression;
using System.Net;
using FsCheck;
using FsCheck.Fluent;

namespace Multipath.Standalone.Grpc.Tests.Server;

/// <summary>A server that meets a broken or hostile client answers with a status and serves on.</summary>
public sealed class MalformedRequestTests
{
    private static readonly byte[] Message = [0x0a, 2, (byte)'h', (byte)'i'];

    public static TheoryData<string, byte[], string> Bodies => new()
    {
        { "well formed", Raw.Frame(Message), "0" },
        { "no message", [], "13" },
        { "two messages", [.. Raw.Frame(Message), .. Raw.Frame(Message)], "13" },
        { "half a header", [0, 0, 0], "13" },
        { "half a message", Raw.Frame(Message)[..^1], "13" },
        { "an unknown flag", Raw.Frame(Message, 2), "13" },
        { "compressed without an encoding", Raw.Frame(Message, 1), "13" },
        { "a field cut off", Raw.Frame([0x0a, 200]), "13" },
        { "a length of 4 GiB", [0, 255, 255, 255, 255], "8" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_broken_body_is_a_status(string what, byte[] body, string expected)
    {
        Assert.NotEmpty(what);
        await using var server = await EchoServer.StartAsync();
        Assert.Equal(expected, (await Raw.AskAsync(server, body)).Status);
        Assert.Equal("0", (await Raw.AskAsync(server, Raw.Frame(Message))).Status);
    }

    [Fact]
    public async Task No_bytes_bring_the_server_down()
    {
        await using var server = await EchoServer.StartAsync();
        var property = Prop.ForAll<byte[], bool>((bytes, framed) =>
            int.Parse(
                Raw.AskAsync(server, framed ? Raw.Frame(bytes) : bytes).GetAwaiter().GetResult().Status,
                System.Globalization.CultureInfo.InvariantCulture) is 0 or 8 or 13);
        await Task.Run(() => property.QuickCheckThrowOnFailure());
    }

    [Theory]
    [InlineData("br", "12")]
    [InlineData("gzip", "13")]
    public async Task A_compressed_message_that_cannot_be_read_is_a_status(string encoding, string expected)
    {
        await using var server = await EchoServer.StartAsync();
        var (status, _) = await Raw.AskAsync(server, Raw.Frame(Message, 1), request => request.Headers.Add("grpc-encoding", encoding));
        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task A_small_message_that_decompresses_to_a_huge_one_is_refused()
    {
        await using var server = await EchoServer.StartAsync();
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Optimal))
        {
            await gzip.WriteAsync(new byte[64 * 1024 * 1024]);
        }

        var (status, _) = await Raw.AskAsync(
            server, Raw.Frame(bomb.ToArray(), 1), request => request.Headers.Add("grpc-encoding", "gzip"));

        Assert.Equal("8", status);
    }

    [Theory]
    [InlineData("grpc-timeout", "soon")]
    [InlineData("grpc-timeout", "123456789S")]
    [InlineData("x-bin", "!")]
    public async Task A_header_that_cannot_be_read_is_internal(string name, string value)
    {
        await using var server = await EchoServer.StartAsync();
        var (status, _) = await Raw.AskAsync(
            server, Raw.Frame(Message), request => request.Headers.TryAddWithoutValidation(name, value));
        Assert.Equal("13", status);
    }

    [Fact]
    public async Task Another_content_type_is_refused_and_left_to_other_endpoints_where_none_is_mapped()
    {
        await using var server = await EchoServer.StartAsync();
        using var http = Raw.Http();

        using var mapped = await http.SendAsync(Raw.Request(new Uri(server.Address, Raw.UnaryPath), [], "application/json"));
        using var grpcWeb = await http.SendAsync(Raw.Request(new Uri(server.Address, Raw.UnaryPath), [], "application/grpc-web"));
        using var unmapped = await http.SendAsync(Raw.Request(new Uri(server.Address, "/a/b"), [], "application/json"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, mapped.StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, grpcWeb.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, unmapped.StatusCode);
    }

    [Fact]
    public async Task Http_1_is_refused()
    {
        await using var server = await EchoServer.StartAsync(
            listen: endpoint => endpoint.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);
        using var http = new HttpClient();
        var request = Raw.Request(new Uri(server.Address, Raw.UnaryPath), Raw.Frame(Message));
        request.Version = HttpVersion.Version11;

        using var response = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }
}
