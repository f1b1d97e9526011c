using System.IO.Compression;
using Grpc.Core;
using Grpc.Protocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Grpc.Server;

/// <summary>One call over a request of Kestrel.</summary>
internal sealed class ServerCall : ServerCallContext, IDisposable
{
    private static readonly Status ClientGone = new(StatusCode.Cancelled, "The client cancelled the call.");

    private readonly HttpContext _http;
    private readonly ServerSettings _server;
    private readonly IMethod _method;
    private readonly CallLifetime _lifetime;
    private readonly DateTime _deadline;
    private Metadata? _requestHeaders;
    private Metadata? _trailers;
    private AuthContext? _auth;
    private Status _status = Status.DefaultSuccess;
    private bool _headersPrepared;

    public ServerCall(HttpContext http, ServerSettings server, IMethod method)
    {
        _http = http;
        _server = server;
        _method = method;
        var timeout = Timeout(http.Request);
        _deadline = timeout is null ? DateTime.MaxValue : Add(server.Time.GetUtcNow().UtcDateTime, timeout.Value);
        _lifetime = new CallLifetime(server.Time, timeout, http.RequestAborted, server.Drain.Token);
        Gzip = server.Options.ResponseCompressionAlgorithm == HeaderNames.Gzip
            && HeaderNames.AcceptsGzip(http.Request.Headers[HeaderNames.AcceptEncoding])
            ? server.Options.ResponseCompressionLevel ?? CompressionLevel.Fastest
            : null;
    }

    public HttpContext Http => _http;

    public ServerSettings Server => _server;

    /// <summary>How hard responses are compressed; null when they are not.</summary>
    public CompressionLevel? Gzip { get; }

    /// <summary>Whether the service's method has returned, so that nothing more may be written.</summary>
    public bool Ended { get; private set; }

    /// <summary>Whether a message is in the response's pipe, sent or not: the status must then go behind it.</summary>
    public bool HasWritten { get; set; }

    protected override string MethodCore => _method.FullName;

    protected override string HostCore => _http.Request.Host.Value ?? "";

    protected override string PeerCore => PeerText.Of(_http.Connection);

    protected override DateTime DeadlineCore => _deadline;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= RequestMetadata.Read(_http.Request.Headers);

    protected override CancellationToken CancellationTokenCore => _lifetime.Token;

    protected override Metadata ResponseTrailersCore => _trailers ??= [];

    protected override Status StatusCore
    {
        get => _status;
        set => _status = value;
    }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => _auth ??= PeerCertificate.Describe(_http.Connection.ClientCertificate);

    /// <summary>Why a request is refused before its service is asked; null when it is not.</summary>
    public static Status? Refusal(HttpRequest request)
    {
        if (request.Headers[HeaderNames.Timeout] is [{ } text, ..] && !TimeoutText.TryParse(text, out _))
        {
            return new Status(StatusCode.Internal, $"'{text}' is no timeout.");
        }

        return RequestMetadata.IsWellFormed(request.Headers)
            ? null
            : new Status(StatusCode.Internal, "A binary header is no base64.");
    }

    /// <summary>Sets the headers of the response unless they are set.</summary>
    public void PrepareHeaders()
    {
        if (_headersPrepared)
        {
            return;
        }

        _headersPrepared = true;
        var response = _http.Response;
        response.ContentType = HeaderNames.ContentType;
        if (Gzip is not null)
        {
            response.Headers[HeaderNames.Encoding] = HeaderNames.Gzip;
        }

        response.Headers[HeaderNames.AcceptEncoding] = HeaderNames.AcceptedEncodings;
    }

    /// <summary>Makes an exception the call's status.</summary>
    public void Fail(Exception exception)
    {
        _status = StatusOf(exception);
        if (exception is RpcException rpc)
        {
            foreach (var entry in rpc.Trailers)
            {
                ResponseTrailers.Add(entry);
            }
        }
    }

    /// <summary>Sends the status and the trailers, unless the client is gone.</summary>
    public async Task EndAsync()
    {
        Ended = true;
        if (_http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        try
        {
            WriteEnd(_status, _trailers);
        }
        catch (InvalidOperationException e)
        {
            _server.Log.ServiceThrew(e, _method.FullName);
            WriteEnd(new Status(StatusCode.Internal, "The service's trailers cannot be sent."), trailers: null);
        }

        await _http.Response.CompleteAsync();
    }

    public void Dispose() => _lifetime.Dispose();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (_http.Response.HasStarted || HasWritten)
        {
            throw new InvalidOperationException("The response's headers are sent already.");
        }

        PrepareHeaders();
        ResponseEnd.Append(_http.Response.Headers, responseHeaders);
        return _http.Response.BodyWriter.FlushAsync(CancellationToken).AsTask();
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("Context propagation is not supported.");

    private void WriteEnd(Status status, Metadata? trailers)
    {
        if (_http.Response.HasStarted || HasWritten)
        {
            ResponseEnd.WriteTrailers(_http.Response, status, trailers);
        }
        else
        {
            ResponseEnd.WriteTrailersOnly(_http.Response, status, trailers);
        }
    }

    private Status StatusOf(Exception exception)
    {
        var status = _lifetime.Ending switch
        {
            CallEnding.Deadline => new Status(StatusCode.DeadlineExceeded, "The deadline passed."),
            CallEnding.Stopping => new Status(StatusCode.Unavailable, "The server stops."),
            CallEnding.ClientGone => ClientGone,
            _ when exception is ConnectionResetException or ConnectionAbortedException => ClientGone,
            _ => (Status?)null,
        };
        if (exception is RpcException rpc)
        {
            status = rpc.Status;
        }
        else if (status is null)
        {
            _server.Log.ServiceThrew(exception, _method.FullName);
            return new Status(
                StatusCode.Unknown,
                _server.Options.EnableDetailedErrors == true
                    ? $"The service failed: {exception.GetType().Name}: {exception.Message}"
                    : "The service failed.");
        }

        if (_server.Log.IsEnabled(LogLevel.Debug))
        {
            _server.Log.CallRefused(exception, _method.FullName, status.Value.ToString());
        }

        return status.Value;
    }

    private static TimeSpan? Timeout(HttpRequest request) =>
        request.Headers[HeaderNames.Timeout] is [{ } text, ..] && TimeoutText.TryParse(text, out var timeout) ? timeout : null;

    private static DateTime Add(DateTime now, TimeSpan timeout) =>
        timeout > DateTime.MaxValue - now ? DateTime.MaxValue : now + timeout;
}
