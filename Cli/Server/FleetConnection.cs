using Grpc.Core;
using Grpc.Net.Client;
using Multipath.Contracts.Wire;
using Multipath.Contracts.Wire.Health;

namespace Multipath.Cli.Server;

/// <summary>The silo of one run; it connects at the first call, so that commands that need none do without.</summary>
internal sealed class FleetConnection(string server, TimeSpan? timeout, CancellationToken cancellation) : IDisposable
{
    /// <summary>Longer than a silo needs under load, shorter than a person's patience.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    private GrpcChannel? _channel;

    /// <summary>As the operator gave it.</summary>
    public string Server { get; } = server;

    public Fleet.FleetClient Fleet => new(Channel);

    public Health.HealthClient Health => new(Channel);

    /// <summary>For a call that answers once.</summary>
    public CallOptions Once => new(deadline: DateTime.UtcNow + (timeout ?? DefaultTimeout), cancellationToken: cancellation);

    /// <summary>For a stream that lasts until it is told to end.</summary>
    public CallOptions Lasting => new(deadline: timeout is { } limit ? DateTime.UtcNow + limit : null, cancellationToken: cancellation);

    private GrpcChannel Channel => _channel ??= GrpcChannel.ForAddress(Address());

    public void Dispose() => _channel?.Dispose();

    private Uri Address() =>
        Uri.TryCreate(Server, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            ? uri
            : throw new CommandException(
                $"'{Server}' is no server address", "Expected a URL such as http://silo.example:5301, from --server or MPCTL_SERVER.");
}
