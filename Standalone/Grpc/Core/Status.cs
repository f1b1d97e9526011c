namespace Grpc.Core;

/// <summary>The result of a call: a code, a text for people and, on the client, the exception that caused it.</summary>
public readonly struct Status
{
    /// <summary>OK with an empty text.</summary>
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");

    /// <summary>Cancelled with an empty text.</summary>
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    /// <summary>Makes a status without a causing exception.</summary>
    /// <param name="statusCode">How the call ended.</param>
    /// <param name="detail">A text for people; travels as <c>grpc-message</c>.</param>
    public Status(StatusCode statusCode, string detail)
        : this(statusCode, detail, null)
    {
    }

    /// <summary>Makes a status.</summary>
    /// <param name="statusCode">How the call ended.</param>
    /// <param name="detail">A text for people; travels as <c>grpc-message</c>.</param>
    /// <param name="debugException">The cause; never sent to the peer.</param>
    public Status(StatusCode statusCode, string detail, Exception? debugException)
    {
        StatusCode = statusCode;
        Detail = detail;
        DebugException = debugException;
    }

    /// <summary>How the call ended.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>A text for people.</summary>
    public string Detail { get; }

    /// <summary>The cause, when this end of the call saw one.</summary>
    public Exception? DebugException { get; }

    /// <inheritdoc/>
    public override string ToString() => DebugException is null
        ? $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\")"
        : $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\", Cause=\"{DebugException.GetType()}: {DebugException.Message}\")";
}
