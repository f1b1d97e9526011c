using Microsoft.Extensions.Logging;

namespace Grpc.Server;

/// <summary>What the server says of calls.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} threw an exception that is no gRPC status.")]
    public static partial void ServiceThrew(this ILogger log, Exception exception, string method);

    [LoggerMessage(2, LogLevel.Debug, "{Method} ended with {Status}.")]
    public static partial void CallRefused(this ILogger log, Exception exception, string method, string status);
}
