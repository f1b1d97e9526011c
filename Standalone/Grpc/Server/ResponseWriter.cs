using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Protocol;

namespace Grpc.Server;

/// <summary>Writes responses into the pipe of a response's body.</summary>
internal sealed class ResponseWriter<T> : IServerStreamWriter<T>
    where T : class
{
    private readonly ServerCall _call;
    private readonly PipeWriter _pipe;
    private readonly MessageWriter _messages;
    private readonly Action<T, SerializationContext> _serializer;
    private int _writing;

    public ResponseWriter(ServerCall call, Marshaller<T> marshaller)
    {
        _call = call;
        _pipe = call.Http.Response.BodyWriter;
        _messages = new MessageWriter(call.Server.MaxSendBytes, call.Gzip);
        _serializer = marshaller.ContextualSerializer;
    }

    public WriteOptions? WriteOptions
    {
        get => _call.WriteOptions;
        set => _call.WriteOptions = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_call.Ended)
        {
            throw new InvalidOperationException("The call has ended.");
        }

        if (Interlocked.Exchange(ref _writing, 1) != 0)
        {
            throw new InvalidOperationException("Another write is under way.");
        }

        var pending = false;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            _call.CancellationToken.ThrowIfCancellationRequested();
            Put(message);
            if (_call.WriteOptions is { } options && (options.Flags & WriteFlags.BufferHint) != 0)
            {
                return Task.CompletedTask;
            }

            var flush = _pipe.FlushAsync(_call.CancellationToken);
            if (flush.IsCompletedSuccessfully)
            {
                return Checked(flush.Result);
            }

            pending = true;
            return FlushedAsync(flush);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            return Task.FromException(e);
        }
        finally
        {
            if (!pending)
            {
                Volatile.Write(ref _writing, 0);
            }
        }
    }

    /// <summary>Puts the only response of a call that does not stream them into the pipe; it is sent together with the status.</summary>
    public void WriteSingle(T? message)
    {
        if (message is null)
        {
            throw new RpcException(new Status(StatusCode.Internal, "The service returned no response."));
        }

        if (_call.Status.StatusCode == StatusCode.OK)
        {
            Put(message);
        }
    }

    private void Put(T message)
    {
        _call.PrepareHeaders();
        _messages.Write(message, _serializer, _pipe, _call.WriteOptions);
        _call.HasWritten = true;
    }

    private async Task FlushedAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            await Checked(await flush);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    /// <summary>A completed pipe means that nobody reads: the client is gone.</summary>
    private Task Checked(FlushResult flush) => flush.IsCompleted && !_call.Http.RequestAborted.IsCancellationRequested
        ? Task.FromException(new OperationCanceledException("The client no longer reads.", _call.CancellationToken))
        : Task.CompletedTask;
}
