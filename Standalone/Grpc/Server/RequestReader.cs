using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Protocol;

namespace Grpc.Server;

/// <summary>Reads requests from the pipe of a request's body.</summary>
internal sealed class RequestReader<T> : IAsyncStreamReader<T>, IDisposable
    where T : class
{
    private static readonly Task<bool> Yes = Task.FromResult(true);
    private static readonly Task<bool> No = Task.FromResult(false);

    private readonly ServerCall _call;
    private readonly PipeReader _pipe;
    private readonly MessageReader<T> _messages;
    private readonly CancellationTokenRegistration _wake;
    private T? _current;
    private CancellationToken _impatient;
    private int _reading;

    public RequestReader(ServerCall call, Marshaller<T> marshaller)
    {
        _call = call;
        _pipe = call.Http.Request.BodyReader;
        _messages = new MessageReader<T>(
            marshaller.ContextualDeserializer, call.Server.MaxReceiveBytes, call.Http.Request.Headers[HeaderNames.Encoding]);

        // One registration for the stream instead of one for each read.
        _wake = call.CancellationToken.UnsafeRegister(Wake, _pipe);
    }

    public T Current => _current ?? throw new InvalidOperationException("There is no current message.");

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<bool>(cancellationToken);
        }

        if (Interlocked.Exchange(ref _reading, 1) != 0)
        {
            throw new InvalidOperationException("Another read is under way.");
        }

        if (cancellationToken.CanBeCanceled && cancellationToken != _call.CancellationToken)
        {
            return MoveNextAsync(cancellationToken);
        }

        _impatient = default;
        return MoveNextFast();
    }

    /// <summary>The only request of a call that does not stream them.</summary>
    public async ValueTask<T> ReadSingleAsync()
    {
        using (this)
        {
            if (!await MoveNext(default))
            {
                throw new RpcException(new Status(StatusCode.Internal, "The request has no message."));
            }

            var request = Current;
            return await MoveNext(default)
                ? throw new RpcException(new Status(StatusCode.Internal, "The request has more than one message."))
                : request;
        }
    }

    public void Dispose() => _wake.Dispose();

    /// <remarks>
    /// On a request that was reset meanwhile Kestrel throws, and a token that is cancelled by a timer has nobody to catch that: the process
    /// would end. The read itself tells of the reset.
    /// </remarks>
    private static void Wake(object? pipe)
    {
        try
        {
            ((PipeReader)pipe!).CancelPendingRead();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
        }
    }

    private Task<bool> MoveNextFast()
    {
        var read = _pipe.ReadAsync(CancellationToken.None);
        if (!read.IsCompletedSuccessfully)
        {
            return ContinueAsync(read);
        }

        try
        {
            if (!TryTake(read.Result, out var found))
            {
                return ContinueAsync(_pipe.ReadAsync(CancellationToken.None));
            }

            Volatile.Write(ref _reading, 0);
            return found ? Yes : No;
        }
        catch (Exception e)
        {
            Volatile.Write(ref _reading, 0);
            return Task.FromException<bool>(e);
        }
    }

    private async Task<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        _impatient = cancellationToken;
        using var wake = cancellationToken.UnsafeRegister(Wake, _pipe);
        return await MoveNextFast();
    }

    private async Task<bool> ContinueAsync(ValueTask<ReadResult> read)
    {
        try
        {
            bool found;
            while (!TryTake(await read, out found))
            {
                read = _pipe.ReadAsync(CancellationToken.None);
            }

            return found;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <summary>Takes a message, or the end, from what has arrived.</summary>
    /// <returns>False when more must arrive.</returns>
    private bool TryTake(in ReadResult read, out bool found)
    {
        var buffer = read.Buffer;
        if (read.IsCanceled)
        {
            // Woken for the call, for this read, or late for an earlier read, which says nothing.
            _pipe.AdvanceTo(buffer.Start);
            _call.CancellationToken.ThrowIfCancellationRequested();
            _impatient.ThrowIfCancellationRequested();
            found = false;
            return false;
        }

        // Left where it is, a broken message is found again by each further read.
        var consumed = buffer.Start;
        try
        {
            found = _messages.TryRead(buffer, out _current, out consumed);
        }
        catch
        {
            _pipe.AdvanceTo(buffer.Start);
            throw;
        }

        if (found)
        {
            _pipe.AdvanceTo(consumed);
            return true;
        }

        var ended = read.IsCompleted;
        var left = buffer.Length;
        _pipe.AdvanceTo(buffer.Start, buffer.End);
        return ended && left > 0 ? throw new RpcException(new Status(StatusCode.Internal, "A message is cut off.")) : ended;
    }
}
