using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Protocol;

namespace Grpc.Client;

/// <summary>
/// One call over an HTTP request: sends it, ends it when its deadline passes or it is cancelled, and holds how it ended.
/// Whatever ends a call first decides its status: the server's trailers, a failure, the deadline, a cancellation.
/// </summary>
internal sealed class ClientCall : ICallState
{
    private readonly GrpcChannel _channel;
    private readonly IMethod _method;
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RequestContent? _content;
    private HttpResponseMessage? _response;
    private ITimer? _deadline;
    private CancellationTokenRegistration _cancel;
    private CallEnd? _end;

    public ClientCall(GrpcChannel channel, IMethod method, CallOptions options)
    {
        _channel = channel;
        _method = method;
        Options = options;
        Gzip = string.Equals(options.Headers?.GetValue(HeaderNames.RequestEncodingChoice), HeaderNames.Gzip, StringComparison.Ordinal);
        Messages = new MessageWriter(channel.MaxSendBytes, Gzip ? CompressionLevel.Fastest : null);
    }

    public CallOptions Options { get; }

    public bool Gzip { get; }

    /// <summary>Writes the frames of requests.</summary>
    public MessageWriter Messages { get; }

    public int MaxReceiveBytes => _channel.MaxReceiveBytes;

    /// <summary>Fires when the call ends other than by the server's status.</summary>
    public CancellationToken Aborted => _abort.Token;

    public Task<Metadata> ResponseHeadersAsync => _headers.Task;

    /// <summary>The response once its headers are here; null when the call has ended without messages.</summary>
    public Task<HttpResponseMessage?> Response { get; private set; } = Task.FromResult<HttpResponseMessage?>(null);

    /// <summary>How the call ended; null while it is under way.</summary>
    public CallEnd? End => Volatile.Read(ref _end);

    /// <summary>Sends the request.</summary>
    /// <param name="content">The body; null when the call has ended before.</param>
    public void Start(RequestContent? content)
    {
        if (content is null)
        {
            return;
        }

        _content = content;
        _channel.Enter(this);
        TimeSpan? timeout = null;
        if (Options.Deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            timeout = deadline.ToUniversalTime() - _channel.Time.GetUtcNow().UtcDateTime;
            if (timeout <= TimeSpan.Zero)
            {
                Expire();
                return;
            }

            _deadline = _channel.Time.CreateTimer(
                static call => ((ClientCall)call!).Expire(), this, Timers.Within(timeout.Value), Timeout.InfiniteTimeSpan);
        }

        _cancel = Options.CancellationToken.UnsafeRegister(static call => ((ClientCall)call!).Cancel(), this);
        if (End is null)
        {
            Response = SendAsync(content, timeout);
        }
    }

    /// <summary>Ends the call; the first end counts.</summary>
    /// <returns>How the call ended, by this or an earlier end.</returns>
    public CallEnd Finish(Status status, Metadata? trailers = null)
    {
        var end = new CallEnd(status, trailers ?? []);
        if (Interlocked.CompareExchange(ref _end, end, null) is { } earlier)
        {
            return earlier;
        }

        Release(status.StatusCode == StatusCode.OK);
        return end;
    }

    /// <summary>Ends the call by the trailers of its response.</summary>
    public CallEnd FinishByTrailers(HttpResponseMessage response)
    {
        var wellFormed = ResponseHead.TryReadMetadata(response.TrailingHeaders, out var trailers);
        return Finish(wellFormed ? ResponseHead.StatusIn(response.TrailingHeaders) : BadMetadata(), trailers);
    }

    public void Cancel() => Finish(new Status(StatusCode.Cancelled, "The call was cancelled."));

    public Status GetStatus() => Ended().Status;

    public Metadata GetTrailers() => Ended().Trailers;

    public void Dispose() => Finish(new Status(StatusCode.Cancelled, "The call was disposed of."));

    private static Status BadMetadata() => new(StatusCode.Internal, "A binary header of the response is no base64.");

    private CallEnd Ended() => End ?? throw new InvalidOperationException("The call has not ended.");

    private void Expire() => Finish(new Status(StatusCode.DeadlineExceeded, "The deadline passed."));

    private async Task<HttpResponseMessage?> SendAsync(RequestContent content, TimeSpan? timeout)
    {
        try
        {
            var request = RequestHead.Make(_channel.UriOf(_method), content, Options.Headers, Gzip, timeout);
            var response = await _channel.Http.SendAsync(request, _abort.Token);
            Volatile.Write(ref _response, response);
            var wellFormed = ResponseHead.TryReadMetadata(response.Headers, out var headers);
            _headers.TrySetResult(headers);
            if ((wellFormed ? ResponseHead.EndOf(response) : BadMetadata()) is { } status)
            {
                Finish(status, headers);
            }

            if (End is null)
            {
                return response;
            }

            response.Dispose();
            return null;
        }
        catch (Exception e)
        {
            Finish(ClientStatus.Of(e));
            return null;
        }
    }

    /// <summary>Lets go of everything. A response that ended well is complete; any other stream is reset.</summary>
    private void Release(bool succeeded)
    {
        _channel.Leave(this);
        _deadline?.Dispose();
        _cancel.Unregister();
        if (!succeeded)
        {
            _abort.Cancel();
        }

        _content?.End();
        Volatile.Read(ref _response)?.Dispose();
        if (!succeeded && _headers.TrySetException(End!.ToException()))
        {
            // Looked at here, because most callers never ask for the headers.
            _ = _headers.Task.Exception;
        }
    }
}

/// <summary>How a call ended.</summary>
internal sealed record CallEnd(Status Status, Metadata Trailers)
{
    public bool Succeeded => Status.StatusCode == StatusCode.OK;

    public RpcException ToException() => new(Status, Trailers);
}
