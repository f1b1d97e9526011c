using System.Net;

namespace Multipath.Agent.Session;

/// <summary>Opens streams to the silo.</summary>
internal interface ISiloLink
{
    /// <summary>Opens one.</summary>
    /// <exception cref="SiloLinkException">It could not be opened.</exception>
    Task<ISiloStream> OpenAsync(CancellationToken cancellation);
}

/// <summary>One stream to the silo; one writer and one reader.</summary>
internal interface ISiloStream : IAsyncDisposable
{
    /// <summary>This end's address; null when it is not known.</summary>
    IPAddress? Local => null;

    /// <exception cref="SiloLinkException">The stream broke.</exception>
    Task WriteAsync(AgentMessage message, CancellationToken cancellation);

    /// <returns>Null when the silo ended the stream.</returns>
    /// <exception cref="SiloLinkException">The stream broke.</exception>
    Task<SiloMessage?> ReadAsync(CancellationToken cancellation);
}

/// <summary>The silo cannot be reached, or no longer; the message says why.</summary>
internal sealed class SiloLinkException(string reason, Exception inner) : Exception(reason, inner);
