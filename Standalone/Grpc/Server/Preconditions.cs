using Grpc.Core;
using Grpc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Grpc.Server;

/// <summary>What a request must be before anything is read of it.</summary>
internal static class Preconditions
{
    /// <summary>Checks a request and answers it when it is no gRPC over HTTP/2.</summary>
    /// <returns>Whether the call may go on.</returns>
    public static bool Check(HttpContext http)
    {
        if (!HttpProtocol.IsHttp2(http.Request.Protocol) && !HttpProtocol.IsHttp3(http.Request.Protocol))
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            http.Response.Headers.Upgrade = "HTTP/2";
            http.Response.Headers.Connection = "Upgrade";
            ResponseEnd.WriteTrailersOnly(http.Response, new Status(StatusCode.Internal, "gRPC needs HTTP/2."));
            return false;
        }

        if (!HeaderNames.IsGrpc(http.Request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            ResponseEnd.WriteTrailersOnly(
                http.Response, new Status(StatusCode.Internal, $"'{http.Request.ContentType}' is no content type of gRPC."));
            return false;
        }

        return true;
    }
}
