using Grpc.Core;

namespace Multipath.Silo.Rpc;

/// <summary>
/// Ends the streams that have no end of their own when the silo is asked to stop: the server would else wait for them until its shutdown
/// limit, and the agents could not turn to another silo meanwhile. A few end at once, many one by one at moments of chance, so that the
/// other silos get them at a bounded rate: at <see cref="PerSecond"/>, or within <see cref="Longest"/> where that is sooner.
/// </summary>
internal sealed class StreamEnd(IHostApplicationLifetime lifetime)
{
    /// <summary>Streams that end within a second: half of the new sessions that one other silo takes in that time.</summary>
    private const int PerSecond = 500;

    /// <summary>
    /// Well within the time that a host has to stop. A silo with as many sessions as it may have ends 1,000 a second then, which is what
    /// one other silo takes (<see cref="SessionSettings.SessionsPerSecond"/>).
    /// </summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private int _open;

    /// <summary>Runs a stream until it ends, the caller leaves, or the silo stops.</summary>
    /// <param name="stream">Takes the token that ends it, and says how it ended.</param>
    /// <param name="caller">The call's own token.</param>
    /// <exception cref="RpcException">It did not end with OK; UNAVAILABLE when the silo stops.</exception>
    public async Task Run(Func<CancellationToken, Task<Status>> stream, CancellationToken caller)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(caller);
        Status status;
        Interlocked.Increment(ref _open);
        try
        {
            await using var stopping = lifetime.ApplicationStopping.Register(() => end.CancelAfter(Moment(_open)));
            status = await stream(end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            status = Status.DefaultCancelled;
        }
        finally
        {
            Interlocked.Decrement(ref _open);
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

    /// <summary>When one of so many streams ends, from the silo's being asked to stop.</summary>
    internal static TimeSpan Moment(int open)
    {
        var all = TimeSpan.FromSeconds((double)(open - 1) / PerSecond);
        return Random.Shared.NextDouble() * (all < Longest ? all : Longest);
    }
}
