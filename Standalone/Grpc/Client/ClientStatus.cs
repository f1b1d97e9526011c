using Grpc.Core;

namespace Grpc.Client;

/// <summary>The statuses that failures of the transport stand for.</summary>
internal static class ClientStatus
{
    // Error codes of HTTP/2 (RFC 9113 section 7).
    private const long NoError = 0;
    private const long RefusedStream = 7;
    private const long Cancel = 8;
    private const long EnhanceYourCalm = 11;
    private const long InadequateSecurity = 12;

    /// <summary>A failure while sending or receiving.</summary>
    public static Status Of(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case RpcException rpc:
                    return rpc.Status;
                case HttpProtocolException reset:
                    return new Status(OfReset(reset.ErrorCode), "The server ended the stream: " + reset.Message, exception);
                case OperationCanceledException:
                    return new Status(StatusCode.Cancelled, "The call was cancelled.", exception);
            }
        }

        return exception is HttpRequestException or IOException
            ? new Status(StatusCode.Unavailable, "The server is not reachable: " + exception.Message, exception)
            : new Status(StatusCode.Internal, "The call failed: " + exception.Message, exception);
    }

    /// <summary>A failure while a message was serialised.</summary>
    public static Status OfSerializer(Exception exception) => exception is RpcException rpc
        ? rpc.Status
        : new Status(StatusCode.Internal, "A message cannot be serialised: " + exception.Message, exception);

    /// <summary>
    /// The mapping of gRPC over HTTP/2 (section Errors), except that NO_ERROR is Unavailable: .NET reports a server that says
    /// GOAWAY and closes in the same way as a stream reset, and going away is by far the more usual of the two.
    /// </summary>
    private static StatusCode OfReset(long errorCode) => errorCode switch
    {
        NoError or RefusedStream => StatusCode.Unavailable,
        Cancel => StatusCode.Cancelled,
        EnhanceYourCalm => StatusCode.ResourceExhausted,
        InadequateSecurity => StatusCode.PermissionDenied,
        _ => StatusCode.Internal,
    };
}
