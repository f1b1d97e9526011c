using System.Diagnostics;
using Multipath.Agent.Interop;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>What a pump has done so far; fields may differ by one round.</summary>
/// <param name="PacketsIn">Read.</param>
/// <param name="BytesIn">Of these.</param>
/// <param name="PacketsOut">Written.</param>
/// <param name="BytesOut">Of these.</param>
/// <param name="Refused">Packets that the kernel did not take.</param>
/// <param name="Sleeps">How often it waited.</param>
public readonly record struct PumpCounters(long PacketsIn, long BytesIn, long PacketsOut, long BytesOut, long Refused, long Sleeps)
{
    /// <summary>Of two pumps together.</summary>
    public static PumpCounters operator +(PumpCounters left, PumpCounters right) => new(
        left.PacketsIn + right.PacketsIn, left.BytesIn + right.BytesIn, left.PacketsOut + right.PacketsOut,
        left.BytesOut + right.BytesOut, left.Refused + right.Refused, left.Sleeps + right.Sleeps);
}

/// <summary>
/// The one thread of one queue. Each round: what can be read up to a budget, what other threads ask, timers, what programs get of it, what
/// is to be sent up to a budget, what programs get of that; then sleep until a packet, a request or the handler's deadline. Packets come
/// first so that whoever asks when a peer was last heard, of a thread that got no processor for a while, is not told of a silence.
/// </summary>
internal sealed unsafe class TunPump : IDisposable
{
    /// <summary>Its thread's name.</summary>
    internal const string ThreadName = "tun pump";

    /// <summary>
    /// Packets read in one round. One acknowledgement can answer all of them, so more is cheaper; but timers and requests wait meanwhile,
    /// 0.1 ms at worst.
    /// </summary>
    private const int ReadBudget = 128;

    /// <summary>Packets written in one round, so that acknowledgements are heard while a window is sent.</summary>
    private const int WriteBudget = 128;

    private const long NanosecondsPerMicrosecond = 1000;
    private const long MicrosPerSecond = 1_000_000;

    private readonly TunQueue _queue;
    private readonly IPacketHandler _handler;
    private readonly PumpInbox _inbox = new();
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PumpCounters _counters;
    private volatile bool _stopping;

    /// <summary>Starts at once.</summary>
    /// <param name="device">Kept open by the caller until the pump is disposed.</param>
    /// <param name="fd">One of its queues.</param>
    /// <param name="handler">Used by the pump's thread alone from now on.</param>
    /// <exception cref="IOException">No descriptor is left.</exception>
    internal TunPump(TunDevice device, int fd, IPacketHandler handler)
    {
        (_queue, _handler) = (new TunQueue(device, fd), handler);
        _thread = new Thread(Run) { IsBackground = true, Name = ThreadName };
        _thread.Start();
    }

    /// <summary>Steady time, the pump's clock: CLOCK_MONOTONIC, which .NET's stopwatch is on Linux.</summary>
    internal static Instant Now => new(Stopwatch.GetTimestamp() / (Stopwatch.Frequency / MicrosPerSecond));

    /// <summary>Ends with the pump; with an exception when the handler threw one.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Counts as of the last round.</summary>
    internal PumpCounters Counters => _counters;

    /// <inheritdoc cref="PumpInbox.TryPost"/>
    internal bool TryPost(IPumpWork work) => _inbox.TryPost(work);

    /// <inheritdoc cref="PumpInbox.TryPostNow"/>
    internal bool TryPostNow(IPumpWork work) => _inbox.TryPostNow(work);

    /// <summary>Stops the thread and waits for it.</summary>
    public void Dispose()
    {
        if (!_stopping)
        {
            _stopping = true;
            _inbox.Wake();
            _thread.Join();
            _inbox.Dispose();
            _queue.Dispose();
        }
    }

    private void Run()
    {
        // A nanosecond: deadlines of pacing are tens of microseconds away, the usual slack alone is fifty.
        _ = Libc.ProcessControl(Libc.ProcessTimerSlack, 1, 0, 0, 0);
        Exception? failure = null;
        try
        {
            while (!_stopping)
            {
                Round();
            }
        }
#pragma warning disable CA1031 // A fault of the handler ends the pump, not the process; whoever waits is told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        End(failure);
    }

    private void End(Exception? failure)
    {
        _inbox.Close();
        failure = RunRest(failure);
        _handler.HandleStop(failure);
        if (failure is null)
        {
            _ended.SetResult();
        }
        else
        {
            _ended.SetException(failure);
        }
    }

    /// <summary>Whoever waits for an answer gets it, also when the one before broke the handler.</summary>
    private Exception? RunRest(Exception? failure)
    {
        while (true)
        {
            try
            {
                _inbox.Run(Now);
                return failure;
            }
#pragma warning disable CA1031 // As above.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure ??= e;
            }
        }
    }

    private void Round()
    {
        var now = Now;
        var read = Receive(now);
        _inbox.Run(now);
        if (_handler.PollTimeout() <= now)
        {
            _handler.HandleTimeout(now);
        }

        _handler.HandleRound(now);
        var written = Transmit(Now);
        if (read < ReadBudget && written < WriteBudget && !HasMore())
        {
            Sleep();
        }
    }

    /// <summary>
    /// What left may have made room or ended something: programs hear of it before the sleep, and what they do leaves too.
    /// </summary>
    private bool HasMore()
    {
        var now = Now;
        _handler.HandleRound(now);
        return Transmit(now) > 0;
    }

    private int Receive(Instant now)
    {
        var count = 0;
        var bytes = 0L;
        while (count < ReadBudget && _queue.Read(out var packet, out var info) is > 0 and var packets)
        {
            count += packets;
            bytes += packet.Length;
            _handler.HandlePacket(packet, info, now);
        }

        _counters = _counters with { PacketsIn = _counters.PacketsIn + count, BytesIn = _counters.BytesIn + bytes };
        return count;
    }

    private int Transmit(Instant now)
    {
        var (count, refused, bytes) = (0, 0, 0L);
        while (count < WriteBudget && _handler.PollTransmit(_queue.Output, out var info, now) is > 0 and var length)
        {
            count += _queue.Write(length, info, out var failed);
            bytes += length;
            refused += failed;
        }

        _counters = _counters with
        {
            PacketsOut = _counters.PacketsOut + count,
            BytesOut = _counters.BytesOut + bytes,
            Refused = _counters.Refused + refused,
        };
        return count;
    }

    private void Sleep()
    {
        var until = _handler.PollTimeout();
        if (_stopping || !_inbox.BeginSleep())
        {
            return;
        }

        var entries = stackalloc Libc.PollEntry[2];
        entries[0] = new Libc.PollEntry { Descriptor = _queue.Fd, Events = Libc.PollIn };
        entries[1] = new Libc.PollEntry { Descriptor = _inbox.WakeFd, Events = Libc.PollIn };
        Libc.TimeSpec timeout;
        var wait = Math.Max(0, until.Micros - Now.Micros);
        (timeout.Seconds, timeout.Nanoseconds) = (wait / MicrosPerSecond, wait % MicrosPerSecond * NanosecondsPerMicrosecond);
        _ = Libc.PrecisePoll(entries, 2, until == Instant.Never ? null : &timeout, null);
        _inbox.EndSleep(entries[1].Returned != 0);
        _counters = _counters with { Sleeps = _counters.Sleeps + 1 };
    }
}
