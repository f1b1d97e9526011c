using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Protocol;

namespace Grpc.Client;

/// <summary>Makes HTTP requests of calls.</summary>
internal static class RequestHead
{
    private const string UserAgent = "grpc-dotnet-standalone";

    private static readonly MediaTypeHeaderValue ContentType = new(HeaderNames.ContentType);

    /// <summary>The request of a call.</summary>
    /// <exception cref="InvalidOperationException">Metadata have a value that cannot be sent.</exception>
    public static HttpRequestMessage Make(Uri uri, HttpContent content, Metadata? metadata, bool gzip, TimeSpan? timeout)
    {
        content.Headers.ContentType = ContentType;
        var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        var headers = request.Headers;
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation("user-agent", UserAgent);
        headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, HeaderNames.AcceptedEncodings);
        if (gzip)
        {
            headers.TryAddWithoutValidation(HeaderNames.Encoding, HeaderNames.Gzip);
        }

        if (timeout is { } time)
        {
            headers.TryAddWithoutValidation(HeaderNames.Timeout, TimeoutText.Format(time));
        }

        foreach (var entry in metadata ?? Metadata.Empty)
        {
            if (!HeaderNames.IsTransport(entry.Key))
            {
                headers.TryAddWithoutValidation(entry.Key, MetadataText.FormatChecked(entry));
            }
        }

        return request;
    }
}
