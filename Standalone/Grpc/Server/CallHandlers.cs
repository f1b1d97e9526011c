using Grpc.Core;

namespace Grpc.Server;

/// <summary>One request, one response.</summary>
internal sealed class UnaryHandler<TService, TRequest, TResponse>(
    ServerSettings server,
    ServiceActivator<TService> activator,
    Method<TRequest, TResponse> method,
    Func<TService, TRequest, ServerCallContext, Task<TResponse>> invoke)
    : CallHandler<TService, TRequest, TResponse>(server, activator, method)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(TService service, ServerCall call)
    {
        var request = await Requests(call).ReadSingleAsync();
        Responses(call).WriteSingle(await invoke(service, request, call));
    }
}

/// <summary>Many requests, one response.</summary>
internal sealed class ClientStreamingHandler<TService, TRequest, TResponse>(
    ServerSettings server,
    ServiceActivator<TService> activator,
    Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>> invoke)
    : CallHandler<TService, TRequest, TResponse>(server, activator, method)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(TService service, ServerCall call)
    {
        using var requests = Requests(call);
        Responses(call).WriteSingle(await invoke(service, requests, call));
    }
}

/// <summary>One request, many responses.</summary>
internal sealed class ServerStreamingHandler<TService, TRequest, TResponse>(
    ServerSettings server,
    ServiceActivator<TService> activator,
    Method<TRequest, TResponse> method,
    Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke)
    : CallHandler<TService, TRequest, TResponse>(server, activator, method)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(TService service, ServerCall call)
    {
        var request = await Requests(call).ReadSingleAsync();
        await invoke(service, request, Responses(call), call);
    }
}

/// <summary>Many requests and many responses.</summary>
internal sealed class DuplexStreamingHandler<TService, TRequest, TResponse>(
    ServerSettings server,
    ServiceActivator<TService> activator,
    Method<TRequest, TResponse> method,
    Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task> invoke)
    : CallHandler<TService, TRequest, TResponse>(server, activator, method)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(TService service, ServerCall call)
    {
        using var requests = Requests(call);
        await invoke(service, requests, Responses(call), call);
    }
}
