using System.Runtime.InteropServices;
using System.Threading.Channels;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Netlink;

/// <summary>Makes the event that stands for those that were lost.</summary>
/// <param name="again">
/// True to be asked again in a while: the owner could not read everything anew. What it knows is told meanwhile.
/// </param>
internal delegate TEvent NetlinkOverrun<TEvent>(out bool again);

/// <summary>Turns one multicast message into an event, or null when it is of no interest. Never throws, whatever the bytes.</summary>
internal delegate TEvent? NetlinkEventParser<TEvent>(in NetlinkMessage message)
    where TEvent : class;

/// <summary>
/// Listens to multicast groups on a thread of its own, so that an event waits neither for the thread pool nor for a poll. When the kernel
/// or this queue had to drop events, an overrun event comes instead: the owner then reads everything anew. A socket that fails counts as
/// one that dropped events, and is tried again.
/// </summary>
internal sealed class NetlinkListener<TEvent> : IDisposable
    where TEvent : class
{
    /// <summary>A burst of a few thousand subflows fits; a reader that is further behind does better to read everything anew.</summary>
    private const int QueueLength = 4096;

    /// <summary>Room in the kernel for a burst, as when a link with ten thousand subflows goes down.</summary>
    private const int KernelBufferBytes = 8 * 1024 * 1024;

    /// <summary>How soon a full queue is tried again, to tell its reader that it missed events.</summary>
    private const int RetryMs = 10;

    /// <summary>Between tries of what fails again and again, at most.</summary>
    private const int LongestRetryMs = 1000;

    private const int BufferSize = 64 * 1024;

    private readonly NetlinkHandle _handle;
    private readonly int _wake;
    private readonly NetlinkEventParser<TEvent> _parse;
    private readonly NetlinkOverrun<TEvent> _overrun;
    private readonly Channel<TEvent> _events;
    private readonly Thread _thread;
    private bool _owesOverrun;
    private bool _overrunAgain;
    private long _againAt;
    private int _retryMs = RetryMs;
    private volatile bool _ends;

    private NetlinkListener(NetlinkHandle handle, NetlinkEventParser<TEvent> parse, NetlinkOverrun<TEvent> overrun, int queueLength)
    {
        _handle = handle;
        _events = Channel.CreateBounded<TEvent>(new BoundedChannelOptions(queueLength) { SingleWriter = true });
        _parse = parse;
        _overrun = overrun;
        _wake = Libc.EventFd(0, Libc.SockCloseOnExec);
        _thread = new Thread(Run) { IsBackground = true, Name = "netlink events" };
        _thread.Start();
    }

    /// <summary>Events in the order of the kernel; completes when the listener is disposed.</summary>
    internal ChannelReader<TEvent> Events => _events.Reader;

    /// <summary>Opens in the network namespace of the calling thread. When it returns, no later event is missed.</summary>
    /// <param name="protocol">NETLINK_ROUTE or NETLINK_GENERIC.</param>
    /// <param name="groups">The multicast groups to join.</param>
    /// <param name="overrun">Makes the event that stands for those that were lost. Called on the listener's thread.</param>
    /// <param name="parse">Makes an event of a message. Called on the listener's thread.</param>
    /// <param name="queueLength">Events that wait for a slow reader; beyond that they are lost.</param>
    /// <param name="kernelBufferBytes">What the kernel keeps for this thread.</param>
    /// <exception cref="NetlinkException">No such group, or no right to hear it.</exception>
    internal static NetlinkListener<TEvent> Open(int protocol, ReadOnlySpan<uint> groups, NetlinkOverrun<TEvent> overrun,
        NetlinkEventParser<TEvent> parse, int queueLength = QueueLength, int kernelBufferBytes = KernelBufferBytes)
    {
        var handle = NetlinkHandle.Open(protocol);
        try
        {
            handle.Set(Libc.SolSocket, Libc.SoReceiveBufferForce, kernelBufferBytes);
            foreach (var group in groups)
            {
                handle.Join(group);
            }

            return new NetlinkListener<TEvent>(handle, parse, overrun, queueLength);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The owner could not read everything when it began: it is asked for what an overrun means in a while.</summary>
    internal void AskAgain() => Wake();

    public void Dispose()
    {
        _ends = true;
        Wake();
        if (_thread.Join(TimeSpan.FromSeconds(5)))
        {
            _handle.Dispose();
            _ = Libc.Close(_wake);
        }
    }

    private void Run()
    {
        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
        Span<Libc.PollEntry> entries =
        [
            new() { Descriptor = _handle.Descriptor, Events = Libc.PollIn },
            new() { Descriptor = _wake, Events = Libc.PollIn },
        ];
        var failsFor = 0;
        while (true)
        {
            // While the socket fails only the end is waited for: what fails is readable all the time.
            var polled = failsFor == 0 ? entries : entries[1..];
            entries[0].Returned = entries[1].Returned = 0;
            var ready = Libc.Poll(polled, (nuint)polled.Length, failsFor > 0 ? failsFor : TimeoutMs());
            var isWell = ready >= 0 || Marshal.GetLastPInvokeError() == Errno.Interrupted;
            if (entries[1].Returned != 0 && Woken())
            {
                break;
            }

            var works = isWell && ((failsFor == 0 && entries[0].Returned == 0) || Receive(buffer));
            failsFor = works ? 0 : Math.Clamp(2 * failsFor, RetryMs, LongestRetryMs);
            _owesOverrun |= !works;
            SettleOverrun();
        }

        _events.Writer.TryComplete();
    }

    private void Wake()
    {
        long one = 1;
        _ = Libc.Write(_wake, MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in one)), sizeof(long));
    }

    /// <returns>True at the end.</returns>
    private unsafe bool Woken()
    {
        long count = 0;
        _ = Libc.Read(_wake, (byte*)&count, sizeof(long));
        (_overrunAgain, _againAt) = (true, Environment.TickCount64 + RetryMs);
        return _ends;
    }

    private int TimeoutMs() => _owesOverrun ? RetryMs
        : _overrunAgain ? (int)Math.Max(0, _againAt - Environment.TickCount64)
        : -1;

    /// <returns>False when the socket failed.</returns>
    private bool Receive(byte[] buffer)
    {
        var received = _handle.Receive(buffer, out var errno, Libc.MessageDontWait);
        switch (errno)
        {
            case 0:
                break;
            case Errno.NoBuffers or Errno.BadMessage:
                _owesOverrun = true;
                SettleOverrun();
                return true;
            default:
                return errno == Errno.Again;
        }

        var messages = new NetlinkMessages(buffer.AsSpan(0, received));
        while (messages.TryNext(out var message))
        {
            if (_parse(message) is { } parsed)
            {
                Publish(parsed);
            }
        }

        return true;
    }

    private void Publish(TEvent value)
    {
        SettleOverrun();
        if (_owesOverrun || !_events.Writer.TryWrite(value))
        {
            _owesOverrun = true;
        }
    }

    private void SettleOverrun()
    {
        if (!_owesOverrun && !(_overrunAgain && Environment.TickCount64 >= _againAt))
        {
            return;
        }

        _owesOverrun = !_events.Writer.TryWrite(_overrun(out _overrunAgain));
        _retryMs = _overrunAgain ? Math.Min(2 * _retryMs, LongestRetryMs) : RetryMs;
        _againAt = Environment.TickCount64 + _retryMs;
    }
}
