namespace Grpc.Core;

/// <summary>A stream of messages to the peer. One write at a time.</summary>
/// <typeparam name="T">The message type.</typeparam>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>Options of the writes that follow; null for the defaults.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes a message; the task ends when the transport has taken it (flow control is the back-pressure).</summary>
    /// <param name="message">The message.</param>
    /// <returns>Ends when the next message may be written.</returns>
    Task WriteAsync(T message);

    /// <summary>Writes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Gives up; what was written in part makes the call fail.</param>
    /// <returns>Ends when the next message may be written.</returns>
    Task WriteAsync(T message, CancellationToken cancellationToken) => cancellationToken.CanBeCanceled
        ? throw new NotSupportedException("This stream does not take a token per message.")
        : WriteAsync(message);
}

/// <summary>The requests of a call that streams them.</summary>
/// <typeparam name="T">The request message.</typeparam>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Says that no more requests come.</summary>
    /// <returns>Ends when the transport knows.</returns>
    Task CompleteAsync();
}

/// <summary>The responses of a call that streams them. The stream ends when the service's method returns.</summary>
/// <typeparam name="T">The response message.</typeparam>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}
