using System.Buffers;
using Grpc.Core;
using Grpc.Protocol;

namespace Grpc.Client;

/// <summary>Reads responses from the body of an HTTP response.</summary>
internal sealed class ResponseReader<T>(ClientCall call, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    where T : class
{
    private const int ReadBytes = 4096;

    private static readonly Task<bool> Yes = Task.FromResult(true);

    private readonly PooledBuffer _buffer = new();
    private MessageReader<T>? _messages;
    private HttpResponseMessage? _response;
    private Stream? _body;
    private int _consumed;
    private T? _current;
    private int _reading;

    public T Current => _current ?? throw new InvalidOperationException("There is no current message.");

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0)
        {
            throw new InvalidOperationException("Another read is under way.");
        }

        try
        {
            if (_messages is not null && call.End is null && !cancellationToken.IsCancellationRequested && TryTake())
            {
                Volatile.Write(ref _reading, 0);
                return Yes;
            }
        }
        catch (RpcException e)
        {
            Volatile.Write(ref _reading, 0);
            return Task.FromException<bool>(call.Finish(e.Status).ToException());
        }

        return MoveNextAsync(cancellationToken);
    }

    /// <summary>The only response of a call that does not stream them.</summary>
    public async Task<T> ReadSingleAsync()
    {
        if (!await MoveNext(default))
        {
            throw new RpcException(new Status(StatusCode.Internal, "The server answered OK without a response."), call.GetTrailers());
        }

        var response = Current;
        return await MoveNext(default)
            ? throw call.Finish(new Status(StatusCode.Internal, "The server sent more than one response.")).ToException()
            : response;
    }

    private async Task<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        using var cancel = cancellationToken.UnsafeRegister(static state => ((ClientCall)state!).Cancel(), call);
        try
        {
            return await OpenAsync() && await ReadAsync();
        }
        catch (Exception e)
        {
            throw call.Finish(ClientStatus.Of(e)).ToException();
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <summary>Waits for the response's headers.</summary>
    /// <returns>False when the call has ended with OK.</returns>
    private async ValueTask<bool> OpenAsync()
    {
        if (call.End is { } end)
        {
            return end.Succeeded ? false : throw end.ToException();
        }

        if (_messages is not null)
        {
            return true;
        }

        _response = await call.Response;
        if (_response is null)
        {
            return call.End is { Succeeded: true } ? false : throw call.End!.ToException();
        }

        _body = await _response.Content.ReadAsStreamAsync(call.Aborted);
        _messages = new MessageReader<T>(
            marshaller.ContextualDeserializer, call.MaxReceiveBytes, ResponseHead.EncodingOf(_response));
        return true;
    }

    private async ValueTask<bool> ReadAsync()
    {
        while (!TryTake())
        {
            Compact();
            var read = await _body!.ReadAsync(_buffer.GetMemory(ReadBytes), call.Aborted);
            _buffer.Advance(read);
            if (read == 0)
            {
                return AtEnd();
            }
        }

        return true;
    }

    private bool AtEnd()
    {
        var cutOff = _buffer.Length > 0;
        _buffer.Release();
        var end = cutOff
            ? call.Finish(new Status(StatusCode.Internal, "A message is cut off."))
            : call.FinishByTrailers(_response!);
        return end.Succeeded ? false : throw end.ToException();
    }

    /// <summary>Takes a message from what has arrived.</summary>
    private bool TryTake()
    {
        var arrived = new ReadOnlySequence<byte>(_buffer.Written[_consumed..]);
        if (!_messages!.TryRead(arrived, out var message, out var consumed))
        {
            return false;
        }

        _consumed += (int)arrived.Slice(0, consumed).Length;
        _current = message;
        return true;
    }

    /// <summary>Moves the start of an incomplete message to the front.</summary>
    private void Compact()
    {
        _buffer.RemoveFront(_consumed);
        _consumed = 0;
    }
}
