using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Protocol;

namespace Grpc.Client;

/// <summary>Reads what the headers and trailers of HTTP responses say of calls.</summary>
internal static class ResponseHead
{
    /// <summary>The status of a response that is no gRPC or has no messages (Trailers-Only); null when messages follow.</summary>
    public static Status? EndOf(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues(HeaderNames.Status, out _))
        {
            return StatusIn(response.Headers);
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new Status(StatusText.Of(response.StatusCode), $"The server answered with HTTP status {(int)response.StatusCode}.");
        }

        var contentType = response.Content.Headers.TryGetValues("content-type", out var values) ? string.Join(',', values) : null;
        return HeaderNames.IsGrpc(contentType)
            ? null
            : new Status(StatusCode.Unknown, $"The server answered with content type '{contentType}', which is no gRPC.");
    }

    /// <summary>The status behind the messages.</summary>
    public static Status StatusIn(HttpHeaders headers)
    {
        if (!TryGet(headers, HeaderNames.Status, out var code))
        {
            return new Status(StatusCode.Unknown, "The response ended without a status.");
        }

        TryGet(headers, HeaderNames.Message, out var message);
        return StatusText.Parse(code, message);
    }

    /// <summary>The metadata in headers or trailers.</summary>
    /// <returns>False when an entry of bytes is no base64.</returns>
    public static bool TryReadMetadata(HttpHeaders headers, out Metadata metadata)
    {
        metadata = [];
        var wellFormed = true;
        foreach (var (name, values) in headers.NonValidated)
        {
            if (HeaderNames.IsTransport(name))
            {
                continue;
            }

            foreach (var value in values)
            {
                wellFormed &= MetadataText.TryAdd(metadata, name, value);
            }
        }

        return wellFormed;
    }

    /// <summary>The compression of the messages that follow.</summary>
    public static string? EncodingOf(HttpResponseMessage response) =>
        TryGet(response.Headers, HeaderNames.Encoding, out var encoding) ? encoding : null;

    private static bool TryGet(HttpHeaders headers, string name, [NotNullWhen(true)] out string? value)
    {
        value = headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
        return value is not null;
    }
}
