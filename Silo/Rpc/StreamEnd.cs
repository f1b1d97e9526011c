using Grpc.Core;

namespace Multipath.Silo.Rpc;

/// <summary>
/// Ends the streams that have no end of their own as soon as the silo is asked to stop: the server would else wait for them until its
/// shutdown limit, and the agents could not turn to another silo meanwhile.
/// </summary>
internal sealed class StreamEnd(IHostApplicationLifetime lifetime)
{
    /// <summary>Runs a stream until it ends, the caller leaves, or the silo stops.</summary>
    /// <param name="stream">Takes the token that ends it, and says how it ended.</param>
    /// <param name="caller">The call's own token.</param>
    /// <exception cref="RpcException">It did not end with OK; UNAVAILABLE when the silo stops.</exception>
    public async Task Run(Func<CancellationToken, Task<Status>> stream, CancellationToken caller)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(caller, lifetime.ApplicationStopping);
        Status status;
        try
        {
            status = await stream(end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            status = Status.DefaultCancelled;
        }

        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            status = new Status(StatusCode.Unavailable, "The silo stops; connect again.");
        }

        if (status.StatusCode != StatusCode.OK)
        {
            throw new RpcException(status);
        }
    }
}
