using System.Threading.Tasks.Sources;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// A read or a write of a stream, made once and used again for each call, so that moving data allocates nothing. It is begun on the
/// caller's
/// thread, runs on the pump's whenever the stack may have changed its mind, and completes there; whoever awaits goes on in the pool.
/// </summary>
internal abstract class StreamOperation : IPumpWork, IValueTaskSource<int>
{
    private readonly MultipathStream _stream;
    private readonly Cancel _cancel;
    private ManualResetValueTaskSourceCore<int> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationToken _cancellation;
    private CancellationTokenRegistration _registration;
    private int _busy;
    private bool _waiting;

    protected StreamOperation(MultipathStream stream)
    {
        _stream = stream;
        _cancel = new Cancel(this);
    }

    /// <summary>The connection that it works on.</summary>
    protected ConnectionId Connection => _stream.Id;

    /// <inheritdoc/>
    public void Run(Instant now)
    {
        _waiting = true;
        if (_cancellation.IsCancellationRequested)
        {
            Fail(new OperationCanceledException(_cancellation));
            return;
        }

        Resume(now);
    }

    /// <summary>Goes on where it waits, if it does. The pump's thread.</summary>
    internal void Resume(Instant now)
    {
        if (!_waiting)
        {
            return;
        }

        // First, so that what came before the end is still read.
        if (TryStep(_stream.Stack, now, out var result))
        {
            _waiting = false;
            _core.SetResult(result);
        }
        else if (FailureOf(_stream) is { } failure)
        {
            End(failure);
        }
    }

    /// <summary>Ends it where it waits, if it does. The pump's thread.</summary>
    internal void Fail(Exception failure)
    {
        if (_waiting)
        {
            _waiting = false;
            _core.SetException(failure);
        }
    }

    /// <inheritdoc/>
    public int GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _registration.Dispose();
            Release();
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Takes the operation for one call.</summary>
    /// <exception cref="InvalidOperationException">Another call has it.</exception>
    protected void Take()
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            throw new InvalidOperationException("A stream has one read and one write under way at most.");
        }
    }

    /// <summary>Hands the operation to the pump.</summary>
    protected ValueTask<int> Begin(CancellationToken cancellation)
    {
        _core.Reset();
        _cancellation = cancellation;
        _registration = cancellation.UnsafeRegister(static state => ((StreamOperation)state!).PostCancel(), this);
        if (!_stream.Owner.TryPost(this))
        {
            _core.SetException(MultipathStream.StackHasEnded());
        }

        return new ValueTask<int>(this, _core.Version);
    }

    /// <summary>Does what can be done now.</summary>
    /// <returns>False when it has to wait for the stack.</returns>
    protected abstract bool TryStep(Stack stack, Instant now, out int result);

    /// <summary>Whether a connection that ended so leaves nothing to complain of.</summary>
    protected abstract bool EndsWell(EndReason reason);

    /// <summary>Why what could not be done will never be; null while it may yet.</summary>
    protected virtual Exception? FailureOf(MultipathStream stream) => stream.Failure;

    /// <summary>Forgets the caller's buffer.</summary>
    protected abstract void Release();

    private void End(Exception failure)
    {
        if (EndsWell(_stream.Reason))
        {
            _waiting = false;
            _core.SetResult(0);
        }
        else
        {
            Fail(failure);
        }
    }

    private void PostCancel() => _stream.Owner.TryPost(_cancel);

    private sealed class Cancel(StreamOperation operation) : IPumpWork
    {
        /// <summary>The call that was cancelled may be over and another one have begun: the token of the present one decides.</summary>
        public void Run(Instant now)
        {
            if (operation._cancellation.IsCancellationRequested)
            {
                operation.Fail(new OperationCanceledException(operation._cancellation));
            }
        }
    }
}

/// <summary>Waits for bytes and takes what is there.</summary>
internal sealed class ReadOperation(MultipathStream stream) : StreamOperation(stream)
{
    private Memory<byte> _buffer;

    internal ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        Take();
        _buffer = buffer;
        return Begin(cancellation);
    }

    protected override bool TryStep(Stack stack, Instant now, out int result)
    {
        // Of a connection that is gone the event is on its way, and says why.
        var read = stack.Read(Connection, _buffer.Span, now);
        result = Math.Max(0, read);
        return read is > 0 or Stack.EndOfStream;
    }

    protected override bool EndsWell(EndReason reason) => reason == EndReason.Finished;

    protected override void Release() => _buffer = default;
}

/// <summary>Writes all of a buffer, waiting for room as often as needed.</summary>
internal sealed class WriteOperation(MultipathStream stream) : StreamOperation(stream)
{
    private ReadOnlyMemory<byte> _buffer;

    internal ValueTask<int> WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation)
    {
        Take();
        _buffer = buffer;
        return Begin(cancellation);
    }

    protected override bool TryStep(Stack stack, Instant now, out int result)
    {
        _buffer = _buffer[Math.Max(0, stack.Write(Connection, _buffer.Span, now))..];
        result = 0;
        return _buffer.IsEmpty;
    }

    protected override Exception? FailureOf(MultipathStream stream) => stream.Failure ?? stream.WriteFailure;

    protected override bool EndsWell(EndReason reason) => false;

    protected override void Release() => _buffer = default;
}
