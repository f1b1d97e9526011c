using System.Collections.Frozen;

namespace Grpc.Protocol;

/// <summary>The names and values of gRPC over HTTP/2 (PROTOCOL-HTTP2 of the gRPC project).</summary>
internal static class HeaderNames
{
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string ContentType = "application/grpc";
    public const string Identity = "identity";
    public const string Gzip = "gzip";
    public const string AcceptedEncodings = "identity,gzip";

    /// <summary>Request metadata by which a caller asks for compressed requests, as other .NET clients name it. Not sent.</summary>
    public const string RequestEncodingChoice = "grpc-internal-encoding-request";

    private static readonly FrozenSet<string> Transport = new[]
    {
        Status, Message, Timeout, Encoding, AcceptEncoding, "content-type", "content-encoding", "te", "host", "date", "server",
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", RequestEncodingChoice,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a header belongs to the transport and is kept out of metadata, both ways.</summary>
    public static bool IsTransport(string name) => name.StartsWith(':') || Transport.Contains(name);

    /// <summary>Whether a content type is gRPC, with or without a message format such as <c>+proto</c>.</summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';' or ' ');

    /// <summary>Whether the peer's list of encodings has gzip.</summary>
    public static bool AcceptsGzip(string? acceptEncoding)
    {
        var rest = acceptEncoding.AsSpan();
        foreach (var range in rest.Split(','))
        {
            if (rest[range].Trim().Equals(Gzip, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
