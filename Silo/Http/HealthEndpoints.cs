using Multipath.Silo.Hosting;

namespace Multipath.Silo.Http;

/// <summary>Liveness looks at this process only; readiness includes the store.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => TypedResults.Text("ok\n")).ExcludeFromDescription();
        routes.MapGet("/readyz", Ready).ExcludeFromDescription();
    }

    private static async Task<IResult> Ready(Readiness readiness, CancellationToken cancellation) =>
        await readiness.Problem(cancellation) is { } problem
            ? TypedResults.Problem(problem, statusCode: StatusCodes.Status503ServiceUnavailable)
            : TypedResults.Text("ok\n");
}
