using System.Globalization;
using System.Net;
using Grpc.Core;

namespace Grpc.Protocol;

/// <summary>Statuses as header values, and the statuses that plain HTTP answers stand for.</summary>
internal static class StatusText
{
    private static readonly string[] Codes =
        [.. Enumerable.Range(0, (int)StatusCode.Unauthenticated + 1).Select(code => code.ToString(CultureInfo.InvariantCulture))];

    public static string Format(StatusCode code) =>
        (int)code < Codes.Length && code >= 0 ? Codes[(int)code] : ((int)code).ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a status. A code that this version does not know is Unknown, as the protocol asks.</summary>
    public static Status Parse(string code, string? message)
    {
        var detail = message is null ? "" : PercentEncoding.Decode(message);
        return int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new Status(number <= (int)StatusCode.Unauthenticated ? (StatusCode)number : StatusCode.Unknown, detail)
            : new Status(StatusCode.Unknown, $"The server sent a malformed status '{code}'. {detail}".TrimEnd());
    }

    /// <summary>What an answer without a gRPC status stands for (http-grpc-status-mapping of the gRPC project).</summary>
    public static StatusCode Of(HttpStatusCode http) => http switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
            or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
