using Grpc.Core;
using Grpc.Protocol;

namespace Grpc.Client;

/// <summary>Writes requests into the body of an HTTP request.</summary>
internal sealed class RequestWriter<T>(ClientCall call, StreamingContent content, Marshaller<T> marshaller) : IClientStreamWriter<T>
    where T : class
{
    private readonly PooledBuffer _frame = new();
    private bool _completed;
    private int _writing;

    public WriteOptions? WriteOptions { get; set; } = call.Options.WriteOptions;

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_completed)
        {
            throw new InvalidOperationException("The requests are completed.");
        }

        if (Interlocked.Exchange(ref _writing, 1) != 0)
        {
            throw new InvalidOperationException("Another write is under way.");
        }

        return SendAsync(message, cancellationToken);
    }

    public Task CompleteAsync()
    {
        _completed = true;
        content.Complete();
        return Task.CompletedTask;
    }

    private async Task SendAsync(T message, CancellationToken cancellationToken)
    {
        using var cancel = cancellationToken.UnsafeRegister(static state => ((ClientCall)state!).Cancel(), call);
        try
        {
            if (call.End is { } end)
            {
                throw end.ToException();
            }

            Serialize(message);
            var stream = content.Stream.IsCompletedSuccessfully ? content.Stream.Result : await content.Stream;
            await stream.WriteAsync(_frame.Written, call.Aborted);
            if (WriteOptions is not { } options || (options.Flags & WriteFlags.BufferHint) == 0)
            {
                await stream.FlushAsync(call.Aborted);
            }
        }
        catch (Exception e) when (e is not RpcException)
        {
            // The server may have ended the call: its status, which the reader finds, says more than this failure.
            throw call.End?.ToException() ?? new RpcException(ClientStatus.Of(e));
        }
        finally
        {
            _frame.Release();
            Volatile.Write(ref _writing, 0);
        }
    }

    private void Serialize(T message)
    {
        try
        {
            call.Messages.Write(message, marshaller.ContextualSerializer, _frame, WriteOptions);
        }
        catch (Exception e)
        {
            throw call.Finish(ClientStatus.OfSerializer(e)).ToException();
        }
    }
}
