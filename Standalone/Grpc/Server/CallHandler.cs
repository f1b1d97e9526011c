using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Grpc.Server;

/// <summary>
/// Serves the calls of one method:
/// <list type="number">
/// <item>what is no gRPC is answered by <see cref="Preconditions"/>;</item>
/// <item>a <see cref="ServerCall"/> is made, which reads the deadline and the encodings;</item>
/// <item>the service is found or made, and its method runs;</item>
/// <item>how it ended becomes a status (<see cref="ServerCall.StatusOf"/>), written as trailers or as trailers-only.</item>
/// </list>
/// </summary>
internal abstract class CallHandler<TService, TRequest, TResponse>(
    ServerSettings server, ServiceActivator<TService> activator, Method<TRequest, TResponse> method)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected ServerSettings Server => server;

    protected Method<TRequest, TResponse> Method => method;

    /// <summary>Serves one request; never throws.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        if (!Preconditions.Check(http))
        {
            return;
        }

        if (ServerCall.Refusal(http.Request) is { } refusal)
        {
            ResponseEnd.WriteTrailersOnly(http.Response, refusal);
            return;
        }

        LiftLimits(http);
        using var call = new ServerCall(http, server, method);
        try
        {
            await RunAsync(http, call);
        }
        catch (Exception e)
        {
            call.Fail(e);
        }

        await call.EndAsync();
    }

    /// <summary>Runs the service's method.</summary>
    protected abstract Task InvokeAsync(TService service, ServerCall call);

    protected RequestReader<TRequest> Requests(ServerCall call) => new(call, method.RequestMarshaller);

    protected ResponseWriter<TResponse> Responses(ServerCall call) => new(call, method.ResponseMarshaller);

    private async Task RunAsync(HttpContext http, ServerCall call)
    {
        var service = activator.Get(http.RequestServices, out var made);
        try
        {
            await InvokeAsync(service, call);
        }
        finally
        {
            if (made)
            {
                await ServiceActivator<TService>.ReleaseAsync(service);
            }
        }
    }

    /// <summary>Streams may be as long and as slow as they like; messages have a limit of their own.</summary>
    private static void LiftLimits(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
