using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Grpc.Client;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>
/// A channel over HTTP/2: TLS for <c>https</c> addresses, clear text with prior knowledge for <c>http</c> ones. It connects when
/// the first call is made and again when a connection is lost. Safe for concurrent use.
/// </summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly ConcurrentDictionary<string, Uri> _uris = new();
    private readonly ConcurrentDictionary<IDisposable, bool> _calls = new();
    private readonly Uri _address;
    private bool _disposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        _address = address;
        Http = new HttpMessageInvoker(options.HttpHandler ?? DefaultHandler(), options.HttpHandler is null || options.DisposeHttpClient);
        MaxSendBytes = options.MaxSendMessageSize ?? int.MaxValue;
        MaxReceiveBytes = options.MaxReceiveMessageSize ?? int.MaxValue;
        Time = options.ServiceProvider?.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System;
    }

    internal HttpMessageInvoker Http { get; }

    internal int MaxSendBytes { get; }

    internal int MaxReceiveBytes { get; }

    internal TimeProvider Time { get; }

    /// <summary>Makes a channel with default options.</summary>
    /// <param name="address">The server, such as <c>https://silo.example:8443</c>.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address) => ForAddress(new Uri(address));

    /// <summary>Makes a channel.</summary>
    /// <param name="address">The server, such as <c>https://silo.example:8443</c>.</param>
    /// <param name="channelOptions">Options; read now.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    /// <summary>Makes a channel with default options.</summary>
    /// <param name="address">The server, with scheme <c>http</c> or <c>https</c>.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Makes a channel.</summary>
    /// <param name="address">The server, with scheme <c>http</c> or <c>https</c>.</param>
    /// <param name="channelOptions">Options; read now.</param>
    /// <returns>The channel.</returns>
    /// <exception cref="ArgumentException">The address has another scheme.</exception>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? new GrpcChannel(address, channelOptions)
            : throw new ArgumentException($"'{address}' is no http or https address.", nameof(address));
    }

    /// <inheritdoc/>
    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new HttpCallInvoker(this);
    }

    /// <summary>Cancels the calls under way and closes the connections, unless the caller owns them.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        foreach (var call in _calls.Keys)
        {
            call.Dispose();
        }

        Http.Dispose();
    }

    internal Uri UriOf(IMethod method) => _uris.GetOrAdd(method.FullName, static (path, address) => new Uri(address, path), _address);

    /// <summary>Remembers a call that a disposal must cancel.</summary>
    internal void Enter(IDisposable call)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _calls.TryAdd(call, true);
    }

    internal void Leave(IDisposable call) => _calls.TryRemove(call, out _);

    /// <inheritdoc/>
    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The invoker disposes it.")]
    private static SocketsHttpHandler DefaultHandler() => new() { EnableMultipleHttp2Connections = true, UseProxy = false };
}
