namespace Grpc.Core;

/// <summary>A call that ended with a status other than OK: thrown by clients, and by services to choose the status they send.</summary>
public class RpcException : Exception
{
    /// <summary>Makes the exception of a status without trailers.</summary>
    /// <param name="status">The status of the call.</param>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>Makes the exception of a status without trailers, with a message of its own.</summary>
    /// <param name="status">The status of the call.</param>
    /// <param name="message">The exception's message; not sent to the peer.</param>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>Makes the exception of a status with trailers.</summary>
    /// <param name="status">The status of the call.</param>
    /// <param name="trailers">Metadata that go with the status.</param>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Makes the exception of a status with trailers and a message of its own.</summary>
    /// <param name="status">The status of the call.</param>
    /// <param name="trailers">Metadata that go with the status.</param>
    /// <param name="message">The exception's message; not sent to the peer.</param>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>The status of the call.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>Metadata that go with the status.</summary>
    public Metadata Trailers { get; }
}
