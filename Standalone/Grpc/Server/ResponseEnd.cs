using Grpc.Core;
using Grpc.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.Server;

/// <summary>Writes statuses and trailers.</summary>
internal static class ResponseEnd
{
    /// <summary>Ends a response in its headers, without any message (gRPC over HTTP/2, Trailers-Only).</summary>
    public static void WriteTrailersOnly(HttpResponse response, Status status, Metadata? trailers = null)
    {
        response.ContentType = HeaderNames.ContentType;
        response.Headers[HeaderNames.AcceptEncoding] = HeaderNames.AcceptedEncodings;
        Write(response.Headers, status, trailers);
    }

    /// <summary>Ends a response behind its messages.</summary>
    public static void WriteTrailers(HttpResponse response, Status status, Metadata? trailers)
    {
        if (response.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } destination)
        {
            Write(destination, status, trailers);
        }
    }

    private static void Write(IHeaderDictionary destination, Status status, Metadata? trailers)
    {
        destination[HeaderNames.Status] = StatusText.Format(status.StatusCode);
        if (!string.IsNullOrEmpty(status.Detail))
        {
            destination[HeaderNames.Message] = PercentEncoding.Encode(status.Detail);
        }

        Append(destination, trailers);
    }

    /// <summary>Adds metadata to headers or trailers; what belongs to the transport is left out.</summary>
    /// <exception cref="InvalidOperationException">A text has other characters than printable ASCII.</exception>
    public static void Append(IHeaderDictionary destination, Metadata? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        foreach (var entry in metadata)
        {
            if (!HeaderNames.IsTransport(entry.Key))
            {
                destination.Append(entry.Key, MetadataText.FormatChecked(entry));
            }
        }
    }
}
