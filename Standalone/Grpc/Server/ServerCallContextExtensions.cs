using Grpc.Server;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>From a call to its request.</summary>
public static class ServerCallContextExtensions
{
    /// <summary>The request that carries the call, with its connection, client certificate and user.</summary>
    /// <param name="serverCallContext">The call, as the service got it.</param>
    /// <returns>The request's context.</returns>
    /// <exception cref="InvalidOperationException">The call is not one of this server's, such as a test double.</exception>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext) =>
        serverCallContext is ServerCall call
            ? call.Http
            : throw new InvalidOperationException("This call is not carried by a request of this server.");
}
