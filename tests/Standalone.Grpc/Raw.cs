using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Multipath.Standalone.Grpc.Tests;

/// <summary>gRPC byte by byte, to say what no well-behaved peer says.</summary>
internal static class Raw
{
    public const string UnaryPath = "/multipath.test.v1.Echo/Unary";

    public static HttpClient Http() => new(new SocketsHttpHandler { UseProxy = false })
    {
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public static byte[] Frame(byte[] message, byte flag = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public static HttpRequestMessage Request(Uri uri, byte[] body, string contentType = "application/grpc")
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "te", "trailers" } },
        };
    }

    /// <summary>Sends bytes to the unary method and reads the status, wherever it stands.</summary>
    public static async Task<(string Status, string Message)> AskAsync(
        EchoServer server, byte[] body, Action<HttpRequestMessage>? configure = null)
    {
        using var http = Http();
        var request = Request(new Uri(server.Address, UnaryPath), body);
        configure?.Invoke(request);
        using var response = await http.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        var headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        return (
            headers.GetValues("grpc-status").Single(),
            headers.TryGetValues("grpc-message", out var message) ? Uri.UnescapeDataString(message.Single()) : "");
    }

    /// <summary>Makes the echo server answer one more path by hand.</summary>
    public static Action<WebApplication> Answering(RequestDelegate answer) => app => app.MapPost("/by.Hand/Call", answer);

    /// <summary>Answers with a body of bytes and a status behind it.</summary>
    public static RequestDelegate Body(byte[] body, string status = "0", string? encoding = null) => async http =>
    {
        http.Response.ContentType = "application/grpc";
        if (encoding is not null)
        {
            http.Response.Headers["grpc-encoding"] = encoding;
        }

        await http.Response.BodyWriter.WriteAsync(body);
        http.Response.AppendTrailer("grpc-status", status);
    };
}
