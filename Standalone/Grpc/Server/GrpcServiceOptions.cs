using System.IO.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>Options of all services of a server.</summary>
public class GrpcServiceOptions
{
    /// <summary>The longest message received by default: 4 MiB, as in every gRPC implementation.</summary>
    internal const int DefaultMaxReceiveBytes = 4 * 1024 * 1024;

    /// <summary>The longest message that may be sent, in bytes; null for no limit, which is the default.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The longest message that is received, in bytes, 4 MiB by default; null for no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = DefaultMaxReceiveBytes;

    /// <summary>Whether the message of an exception that a service throws is sent to the client. It may tell secrets.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>How responses are compressed for clients that accept it: <c>gzip</c> or null.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>How hard responses are compressed; null for fastest.</summary>
    public CompressionLevel? ResponseCompressionLevel { get; set; }
}
