using Microsoft.Win32.SafeHandles;
using Multipath.Agent.Interop;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>Something for the pump's thread to do.</summary>
internal interface IPumpWork
{
    /// <summary>Runs on the pump's thread; must not wait.</summary>
    void Run(Instant now);
}

/// <summary>
/// What other threads ask of a pump: a bounded queue, and an eventfd that is written only while the pump sleeps.
/// </summary>
internal sealed unsafe class PumpInbox : IDisposable
{
    /// <summary>
    /// A stream has at most one read and one write under way, so this is two thousand busy streams between two rounds of the pump;
    /// beyond it
    /// callers wait.
    /// </summary>
    internal const int Capacity = 4096;

    private readonly Lock _gate = new();
    private readonly IPumpWork[] _ring = new IPumpWork[Capacity];
    private readonly IPumpWork[] _taken = new IPumpWork[Capacity];
    private readonly SemaphoreSlim _room = new(Capacity, Capacity);
    private readonly SafeFileHandle _wake;
    private int _next;
    private int _left;
    private int _head;
    private int _count;
    private int _sleeping;
    private bool _closed;

    /// <exception cref="IOException">No descriptor is left.</exception>
    internal PumpInbox()
    {
        var made = Libc.EventFd(0, Libc.EventNonBlocking | Libc.EventCloseOnExec);
        if (made < 0)
        {
            throw Libc.Failure("make an eventfd");
        }

        _wake = new SafeFileHandle(made, ownsHandle: true);
        WakeFd = made;
    }

    /// <summary>The descriptor that is readable when a sleeping pump is to wake.</summary>
    internal int WakeFd { get; }

    /// <summary>Queues work. Any thread but the pump's; waits while the queue is full.</summary>
    /// <returns>False when the pump has ended and the work will never run.</returns>
    internal bool TryPost(IPumpWork work)
    {
        _room.Wait();
        return Post(work);
    }

    /// <summary>Queues work without ever waiting, as one pump has to towards another. Any thread.</summary>
    /// <returns>False when the queue is full, or the pump has ended.</returns>
    internal bool TryPostNow(IPumpWork work) => _room.Wait(TimeSpan.Zero) && Post(work);

    /// <summary>
    /// Runs what was queued before the call, after what is left of the call before, which a fault broke off. The pump's thread.
    /// </summary>
    internal void Run(Instant now)
    {
        RunTaken(now);
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }

        lock (_gate)
        {
            for (_left = 0; _count > 0; _left++, _count--)
            {
                _taken[_left] = _ring[_head];
                _ring[_head] = null!;
                _head = (_head + 1) % Capacity;
            }
        }

        _next = 0;
        _room.Release(_left);
        RunTaken(now);
    }

    /// <summary>The pump is about to sleep.</summary>
    /// <returns>False when there is work and it must not.</returns>
    internal bool BeginSleep()
    {
        Interlocked.Exchange(ref _sleeping, 1);
        if (Volatile.Read(ref _count) == 0 && !Volatile.Read(ref _closed))
        {
            return true;
        }

        Volatile.Write(ref _sleeping, 0);
        return false;
    }

    /// <summary>The pump has slept.</summary>
    internal void EndSleep(bool woken)
    {
        Volatile.Write(ref _sleeping, 0);
        if (woken)
        {
            ulong count;
            _ = Libc.Read(WakeFd, (byte*)&count, sizeof(ulong));
        }
    }

    /// <summary>Wakes the pump; nothing when it has ended. Any thread.</summary>
    internal void Wake()
    {
        var (one, held) = (1UL, false);
        try
        {
            // Else a late thread could write to whatever has the number by then.
            _wake.DangerousAddRef(ref held);
            _ = Libc.Write(WakeFd, (byte*)&one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // There is nobody to wake.
        }
        finally
        {
            if (held)
            {
                _wake.DangerousRelease();
            }
        }
    }

    /// <summary>Takes no more work.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The semaphore is left to the collector: a thread may be about to learn from it that the pump has ended.
        _wake.Dispose();
    }

    private void RunTaken(Instant now)
    {
        while (_left > 0)
        {
            var work = _taken[_next];
            _taken[_next++] = null!;
            _left--;
            work.Run(now);
        }
    }

    private bool Post(IPumpWork work)
    {
        lock (_gate)
        {
            if (_closed)
            {
                _room.Release();
                return false;
            }

            _ring[(_head + _count++) % Capacity] = work;
        }

        if (Interlocked.Exchange(ref _sleeping, 0) != 0)
        {
            Wake();
        }

        return true;
    }
}
