using Grpc.Core;
using Grpc.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Grpc.Server;

/// <summary>Answers gRPC requests for methods that nobody serves with Unimplemented; other requests are left to other endpoints.</summary>
internal static class UnknownMethods
{
    private const string AnyService = "{unknownService}";

    /// <summary>Maps the fallbacks: one for all services, once, and one for each named service.</summary>
    public static void Map(IEndpointRouteBuilder builder, IEnumerable<string> services)
    {
        var known = builder.DataSources.SelectMany(source => source.Endpoints).Select(endpoint => endpoint.DisplayName).ToHashSet();
        foreach (var service in services.Prepend(AnyService))
        {
            var name = $"gRPC - unknown method of {service}";
            if (known.Contains(name))
            {
                continue;
            }

            var pattern = RoutePatternFactory.Parse(
                $"/{service}/{{unknownMethod}}", defaults: null, parameterPolicies: new { unknownMethod = new GrpcRequests() });
            builder.Map(pattern, RefuseAsync).WithDisplayName(name).WithMetadata(new HttpMethodMetadata([HttpMethods.Post]));
        }
    }

    private static Task RefuseAsync(HttpContext http)
    {
        if (!Preconditions.Check(http))
        {
            return Task.CompletedTask;
        }

        ResponseEnd.WriteTrailersOnly(http.Response, new Status(StatusCode.Unimplemented, $"{http.Request.Path} is not served here."));
        return Task.CompletedTask;
    }

    private sealed class GrpcRequests : IRouteConstraint
    {
        public bool Match(
            HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            httpContext is null || HeaderNames.IsGrpc(httpContext.Request.ContentType);
    }
}
