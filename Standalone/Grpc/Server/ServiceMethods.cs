using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.Server;

/// <summary>A method of a service, ready to be an endpoint.</summary>
internal sealed record ServiceMethod(IMethod Method, RequestDelegate Handler, IReadOnlyList<object> Attributes);

/// <summary>Finds the methods of a service by the binding method that generated code names on the service's base.</summary>
/// <typeparam name="TService">The service.</typeparam>
internal static class ServiceMethods<TService>
    where TService : class
{
    public static IReadOnlyList<ServiceMethod> Bind(ServerSettings server)
    {
        var attribute = typeof(TService).GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)
            ?? throw new InvalidOperationException($"{typeof(TService)} is not derived from a generated gRPC base.");
        var bind = attribute.BindType
            .GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            .Single(method => method.Name == attribute.BindMethodName
                && method.GetParameters() is [var binder, var service]
                && binder.ParameterType == typeof(ServiceBinderBase)
                && service.ParameterType.IsAssignableFrom(typeof(TService)));
        var binder = new Binder(server);
        bind.Invoke(null, [binder, null]);
        return binder.Methods;
    }

    private sealed class Binder(ServerSettings server) : ServiceBinderBase
    {
        private readonly ServiceActivator<TService> _activator = new();

        public List<ServiceMethod> Methods { get; } = [];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        {
            var target = Find(method, typeof(TRequest), typeof(ServerCallContext));
            var invoke = target.CreateDelegate<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>();
            Add(method, target, new UnaryHandler<TService, TRequest, TResponse>(server, _activator, method, invoke));
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
        {
            var target = Find(method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
            var invoke = target.CreateDelegate<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>();
            Add(method, target, new ClientStreamingHandler<TService, TRequest, TResponse>(server, _activator, method, invoke));
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
            var target = Find(method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
            var invoke = target.CreateDelegate<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>();
            Add(method, target, new ServerStreamingHandler<TService, TRequest, TResponse>(server, _activator, method, invoke));
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        {
            var target = Find(
                method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
            var invoke = target.CreateDelegate<
                Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>();
            Add(method, target, new DuplexStreamingHandler<TService, TRequest, TResponse>(server, _activator, method, invoke));
        }

        private static MethodInfo Find(IMethod method, params Type[] parameters) =>
            typeof(TService).GetMethod(method.Name, BindingFlags.Public | BindingFlags.Instance, parameters)
            ?? throw new InvalidOperationException($"{typeof(TService)} has no method '{method.Name}' of the generated signature.");

        private void Add<TRequest, TResponse>(
            Method<TRequest, TResponse> method, MethodInfo target, CallHandler<TService, TRequest, TResponse> handler)
            where TRequest : class
            where TResponse : class
        {
            object[] attributes =
            [
                .. typeof(TService).GetCustomAttributes(inherit: true),
                .. target.GetCustomAttributes(inherit: true),
            ];
            Methods.Add(new ServiceMethod(method, handler.HandleAsync, attributes));
        }
    }
}
