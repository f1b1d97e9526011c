using System.Diagnostics.CodeAnalysis;

namespace Grpc.Core;

/// <summary>Options of one call. Credentials and propagation have a place in the signature only: clients use TLS.</summary>
public struct CallOptions
{
    /// <summary>Makes options.</summary>
    /// <param name="headers">Metadata to send first.</param>
    /// <param name="deadline">When the call must have ended, in UTC; null for never.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="writeOptions">Options of the writes.</param>
    /// <param name="propagationToken">Must be null.</param>
    /// <param name="credentials">Must be null.</param>
    [SuppressMessage("Design", "CA1068", Justification = "The order that generated code and callers know.")]
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null,
        ContextPropagationToken? propagationToken = null,
        CallCredentials? credentials = null)
    {
        if (propagationToken is not null || credentials is not null)
        {
            throw new NotSupportedException("Call credentials and context propagation are not supported.");
        }

        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
    }

    /// <summary>Metadata to send first.</summary>
    public Metadata? Headers { get; private set; }

    /// <summary>When the call must have ended, in UTC; null for never.</summary>
    public DateTime? Deadline { get; private set; }

    /// <summary>Cancels the call.</summary>
    public CancellationToken CancellationToken { get; private set; }

    /// <summary>Options of the writes.</summary>
    public WriteOptions? WriteOptions { get; private set; }

    /// <summary>The same options with other headers.</summary>
    /// <param name="headers">Metadata to send first.</param>
    /// <returns>A copy.</returns>
    public CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>The same options with another deadline.</summary>
    /// <param name="deadline">When the call must have ended, in UTC.</param>
    /// <returns>A copy.</returns>
    public CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>The same options with another token.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A copy.</returns>
    public CallOptions WithCancellationToken(CancellationToken cancellationToken) => this with { CancellationToken = cancellationToken };
}

/// <summary>Credentials of one call. Nothing makes one here; the type stands in signatures.</summary>
public abstract class CallCredentials
{
    private protected CallCredentials()
    {
    }
}

/// <summary>Links a call to the one that caused it. Nothing makes one here; the type stands in signatures.</summary>
public abstract class ContextPropagationToken
{
    private protected ContextPropagationToken()
    {
    }
}

/// <summary>What to propagate. The type stands in signatures that test doubles override.</summary>
public class ContextPropagationOptions
{
    private protected ContextPropagationOptions()
    {
    }
}
