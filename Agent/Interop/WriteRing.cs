using System.Runtime.InteropServices;

namespace Multipath.Agent.Interop;

/// <summary>
/// Writes many pieces to a descriptor with one system call, by io_uring (linux/io_uring.h): each as <c>write</c> would, in their order and
/// before the call returns, so that nothing is under way between calls. One thread.
/// </summary>
internal sealed unsafe class WriteRing : IDisposable
{
    /// <summary>Pieces of one call. Measured: 16 save as much as 64 do for each.</summary>
    internal const int Capacity = 64;

    private const int ParameterBytes = 120;
    private const int FeaturesAt = 20;
    private const int SubmissionAt = 40;
    private const int CompletionAt = 80;
    private const uint SingleMapping = 1;
    private const nint QueuesOffset = 0;
    private const nint EntriesOffset = 0x1000_0000;
    private const int EntryBytes = 64;
    private const int ResultBytes = 16;
    private const byte OperationWrite = 23;
    private const uint WriteWithoutWaiting = 8;
    private const uint WaitForResults = 1;
    private const int NotSupported = 95;
    private const int Interrupted = 4;

    private readonly int _ring;
    private readonly int _target;
    private readonly byte* _queues;
    private readonly byte* _entries;
    private readonly nuint _queuesBytes;
    private readonly nuint _entriesBytes;
    private readonly uint* _head;
    private readonly uint* _tail;
    private readonly uint* _resultHead;
    private readonly uint* _resultTail;
    private readonly byte* _results;
    private readonly uint _mask;
    private readonly uint _resultMask;
    private int _added;
    private bool _disposed;

    private WriteRing(int ring, int target, byte* parameters)
    {
        (_ring, _target) = (ring, target);
        var submission = (uint*)(parameters + SubmissionAt);
        var completion = (uint*)(parameters + CompletionAt);
        var (entries, results) = (*(uint*)parameters, *(uint*)(parameters + 4));
        _queuesBytes = Math.Max(submission[6] + (entries * sizeof(uint)), completion[5] + (results * ResultBytes));
        _entriesBytes = entries * EntryBytes;
        _queues = Libc.MapShared(_queuesBytes, ring, QueuesOffset);
        _entries = Libc.MapShared(_entriesBytes, ring, EntriesOffset);
        if (_queues is null || _entries is null)
        {
            return;
        }

        _head = (uint*)(_queues + submission[0]);
        _tail = (uint*)(_queues + submission[1]);
        _mask = *(uint*)(_queues + submission[2]);
        _resultHead = (uint*)(_queues + completion[0]);
        _resultTail = (uint*)(_queues + completion[1]);
        _resultMask = *(uint*)(_queues + completion[2]);
        _results = _queues + completion[5];
        for (var i = 0u; i < entries; i++)
        {
            ((uint*)(_queues + submission[6]))[i] = i;
        }
    }

    /// <summary>Makes a ring.</summary>
    /// <param name="target">The descriptor to write to; it is asked to write nothing, which a TUN refuses. Not owned.</param>
    /// <returns>Null where io_uring is not allowed, as in most containers, or would not write at once, as of old kernels.</returns>
    internal static WriteRing? TryOpen(int target)
    {
        var parameters = stackalloc byte[ParameterBytes];
        new Span<byte>(parameters, ParameterBytes).Clear();
        var ring = Libc.SetUpRing(Capacity, parameters);
        if (ring < 0)
        {
            return null;
        }

        if ((*(uint*)(parameters + FeaturesAt) & SingleMapping) == 0)
        {
            _ = Libc.Close(ring);
            return null;
        }

        var made = new WriteRing(ring, target, parameters);
        if (made._queues is not null && made._entries is not null && made.WritesAtOnce())
        {
            return made;
        }

        made.Dispose();
        return null;
    }

    /// <summary>Adds a piece, which stays as it is until <see cref="Submit"/>; at most <see cref="Capacity"/>.</summary>
    internal void Add(byte* data, int length)
    {
        var entry = _entries + (((*_tail + (uint)_added) & _mask) * EntryBytes);
        new Span<byte>(entry, EntryBytes).Clear();
        *entry = OperationWrite;
        *(int*)(entry + 4) = _target;
        *(ulong*)(entry + 8) = ulong.MaxValue;
        *(byte**)(entry + 16) = data;
        *(int*)(entry + 24) = length;
        *(uint*)(entry + 28) = WriteWithoutWaiting;
        _added++;
    }

    /// <summary>Writes all that was added.</summary>
    /// <returns>How many were refused.</returns>
    internal int Submit()
    {
        var (left, waiting, refused) = (_added, _added, 0);
        Volatile.Write(ref *_tail, *_tail + (uint)_added);
        _added = 0;
        while (waiting > 0)
        {
            var taken = Libc.EnterRing(_ring, (uint)left, (uint)waiting, WaitForResults);
            if (taken < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                // The kernel takes no more, for want of memory: what it has not taken is refused, as a write would be.
                Volatile.Write(ref *_tail, Volatile.Read(ref *_head));
                (refused, waiting, left) = (refused + left, waiting - left, 0);
            }

            left -= Math.Max(0, taken);
            waiting -= Reap(ref refused);
        }

        return refused;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = _queues is null ? 0 : Libc.Unmap(_queues, _queuesBytes);
            _ = _entries is null ? 0 : Libc.Unmap(_entries, _entriesBytes);
            _ = Libc.Close(_ring);
        }
    }

    private bool WritesAtOnce()
    {
        Add(_queues, 0);
        _ = Submit();
        return *(int*)(_results + 8) != -NotSupported;
    }

    private int Reap(ref int refused)
    {
        var head = *_resultHead;
        var count = (int)(Volatile.Read(ref *_resultTail) - head);
        for (var i = 0; i < count; i++)
        {
            refused += *(int*)(_results + (((head++ & _resultMask) * ResultBytes) + 8)) < 0 ? 1 : 0;
        }

        Volatile.Write(ref *_resultHead, head);
        return count;
    }
}
