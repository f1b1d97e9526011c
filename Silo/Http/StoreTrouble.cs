using Microsoft.AspNetCore.Diagnostics;
using Multipath.Silo.Storage;

namespace Multipath.Silo.Http;

/// <summary>Tells who asked that the store failed and what to do, rather than that something went wrong.</summary>
internal sealed class StoreTrouble(IProblemDetailsService problems) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not StoreException)
        {
            return ValueTask.FromResult(false);
        }

        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = { Title = "The store failed.", Detail = exception.Message, Status = StatusCodes.Status503ServiceUnavailable },
        });
    }
}
