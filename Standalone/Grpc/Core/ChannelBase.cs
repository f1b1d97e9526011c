namespace Grpc.Core;

/// <summary>A way to a server, on which clients make calls.</summary>
public abstract class ChannelBase
{
    /// <summary>Makes a channel.</summary>
    /// <param name="target">Host and port.</param>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>Host and port.</summary>
    public string Target { get; }

    /// <summary>What makes calls on this channel.</summary>
    /// <returns>The invoker.</returns>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends all calls and gives the connections up.</summary>
    /// <returns>Ends when this is done.</returns>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>What <see cref="ShutdownAsync"/> does.</summary>
    /// <returns>Ends when this is done.</returns>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
