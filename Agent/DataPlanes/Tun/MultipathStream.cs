using System.Net;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// A connection of a <see cref="TunStack"/> as a stream, for .NET programs. A write is done when the stack has taken all of it, which it
/// does as the peer acknowledges earlier data; a read is done with the first bytes. One read and one write may be under way at a
/// time, from any threads. Disposing it sends what was written, then the end. A peer of which something was not read, or that sends more,
/// is told so by a reset, and what was written may be lost with it. <see cref="Abort"/> drops everything.
/// </summary>
public sealed class MultipathStream : Stream
{
    private readonly ReadOperation _read;
    private readonly WriteOperation _write;
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<EndReason> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    internal MultipathStream(TunShard owner, Stack stack, ConnectionId id, FourTuple tuple)
    {
        (Owner, Stack, Id) = (owner, stack, id);
        Local = new IPEndPoint(tuple.Local.Address.ToIPAddress(), tuple.Local.Port);
        Remote = new IPEndPoint(tuple.Remote.Address.ToIPAddress(), tuple.Remote.Port);
        _read = new ReadOperation(this);
        _write = new WriteOperation(this);
    }

    /// <summary>This end, as the connection began.</summary>
    public IPEndPoint Local { get; }

    /// <summary>The peer's end, as the connection began.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>Its name within the stack.</summary>
    public ConnectionId Id { get; }

    /// <summary>Ends with the connection, and says why it ended.</summary>
    public Task<EndReason> Ended => _ended.Task;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    internal TunShard Owner { get; }

    /// <summary>Touched on the pump's thread alone.</summary>
    internal Stack Stack { get; }

    /// <summary>Why nothing more can be read or written; the pump's thread.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Why nothing more can be written, although it may be read; the pump's thread.</summary>
    internal Exception? WriteFailure { get; private set; }

    /// <summary>How it ended; the pump's thread.</summary>
    internal EndReason Reason { get; private set; }

    /// <summary>Ends when data can be written.</summary>
    internal Task Connected => _connected.Task;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return buffer.IsEmpty ? new ValueTask<int>(0) : _read.ReadAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        if (!buffer.IsEmpty)
        {
            _ = await _write.WriteAsync(buffer, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// Says that nothing more will be written; reading goes on until the peer has said the same. A write that waits, or comes, fails.
    /// </summary>
    public void CompleteWrites() => Owner.Post((handler, now) =>
    {
        handler.Stack.Close(Id, now);
        WriteFailure = new IOException("The end of the stream was said.");
        _write.Resume(now);
    });

    /// <summary>Ends the connection at once, at both ends; what was not delivered is lost.</summary>
    public void Abort() => Owner.Post((handler, now) => handler.Stack.Abort(Id, now));

    /// <summary>Chooses the packet scheduler from now on.</summary>
    /// <param name="name">One of those that the stack has.</param>
    /// <returns>False when it has none of that name, or the connection is over.</returns>
    public Task<bool> SetSchedulerAsync(string name) => Owner.AskAsync((handler, _) => handler.Stack.SetScheduler(Id, name));

    /// <summary>The connection in numbers; null when it is over.</summary>
    public Task<ConnectionInfo?> InfoAsync() => Owner.AskAsync<ConnectionInfo?>((handler, _) =>
        handler.Stack.TryGetInfo(Id, out var info) ? info : null);

    /// <summary>Nothing is kept back: what was written is on its way.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    internal static IOException StackHasEnded(Exception? why = null) => new("The stack has ended.", why);

    internal void HandleConnected() => _connected.TrySetResult();

    internal void HandleReadable(Instant now) => _read.Resume(now);

    internal void HandleWritable(Instant now) => _write.Resume(now);

    internal void HandleEnded(EndReason reason, Instant now)
    {
        Reason = reason;
        Failure = new ConnectionEndedException(reason);
        _connected.TrySetException(Failure);
        _read.Resume(now);
        _write.Resume(now);
        _ended.TrySetResult(reason);
    }

    internal void HandleStop(Exception? failure)
    {
        Failure = StackHasEnded(failure);
        _connected.TrySetException(Failure);
        _read.Fail(Failure);
        _write.Fail(Failure);
        _ended.TrySetException(Failure);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Owner.Post((handler, now) =>
            {
                handler.Stack.Release(Id, now);
                var disposed = new ObjectDisposedException(nameof(MultipathStream));
                _read.Fail(disposed);
                _write.Fail(disposed);
            });
        }

        base.Dispose(disposing);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}
