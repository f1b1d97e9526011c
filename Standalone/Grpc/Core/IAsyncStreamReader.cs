namespace Grpc.Core;

/// <summary>A stream of messages from the peer. One reader at a time.</summary>
/// <typeparam name="T">The message type.</typeparam>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last successful <see cref="MoveNext"/> read.</summary>
    T Current { get; }

    /// <summary>Reads the next message.</summary>
    /// <param name="cancellationToken">Gives up waiting; on a client it cancels the whole call.</param>
    /// <returns>False at the end of the stream (on a client: with status OK).</returns>
    /// <exception cref="RpcException">
    /// On a client: the call ended with another status. On a server: the peer sent a broken message.
    /// </exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
