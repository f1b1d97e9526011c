using Grpc.AspNetCore.Server;
using Grpc.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps gRPC services to endpoints.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the methods of a service. An instance serves one call: it comes from the application's services when it is
    /// registered there, else it is made for the call and disposed after it.
    /// </summary>
    /// <typeparam name="TService">A class derived from a generated base.</typeparam>
    /// <param name="builder">The application's endpoints.</param>
    /// <returns>Takes conventions for all methods of the service.</returns>
    /// <exception cref="InvalidOperationException"><c>AddGrpc</c> was not called, or the class has no generated base.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.ServiceProvider;
        var drain = services.GetService<ServerDrain>()
            ?? throw new InvalidOperationException("Call AddGrpc on the application's services before mapping a gRPC service.");
        var server = new ServerSettings(
            services.GetRequiredService<IOptions<GrpcServiceOptions>>().Value,
            drain,
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(TService).FullName ?? typeof(TService).Name));

        var methods = ServiceMethods<TService>.Bind(server);
        var mapped = methods.Select(method => Map(builder, method)).ToArray();
        UnknownMethods.Map(builder, methods.Select(method => method.Method.ServiceName).Distinct());
        return new GrpcServiceEndpointConventionBuilder(mapped);
    }

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder builder, ServiceMethod method)
    {
        var endpoint = builder.MapPost(method.Method.FullName, method.Handler);
        endpoint.WithDisplayName("gRPC - " + method.Method.FullName);
        endpoint.WithMetadata([.. method.Attributes]);
        return endpoint;
    }
}
