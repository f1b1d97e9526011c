namespace Grpc.Net.Client;

/// <summary>Options of a channel.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Makes the default options.</summary>
    public GrpcChannelOptions()
    {
    }

    /// <summary>The longest message that may be sent, in bytes; null for no limit, which is the default.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The longest message that is received, in bytes, 4 MiB by default; null for no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// What makes the connections: TLS, client certificate, connect callback and keepalive pings are set there. Null for a
    /// handler of the channel's own.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether disposing the channel disposes <see cref="HttpHandler"/>; a handler of its own it always disposes.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Where the channel finds a <see cref="TimeProvider"/> for deadlines; null for the system's time.</summary>
    public IServiceProvider? ServiceProvider { get; set; }
}
