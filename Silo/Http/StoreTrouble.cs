using Microsoft.AspNetCore.Diagnostics;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage;

namespace Multipath.Silo.Http;

/// <summary>Tells who asked that the store or a silo failed and what to do, rather than that something went wrong.</summary>
internal sealed class StoreTrouble(IProblemDetailsService problems) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (Unavailability.Reason(exception) is not { } reason)
        {
            return ValueTask.FromResult(false);
        }

        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = { Title = Title(exception), Detail = reason, Status = StatusCodes.Status503ServiceUnavailable },
        });
    }

    private static string Title(Exception exception) =>
        exception is StoreException ? "The store failed." : "A part of the cluster does not answer.";
}
