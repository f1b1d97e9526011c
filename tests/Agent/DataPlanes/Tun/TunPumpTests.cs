using System.Net;
using System.Net.Sockets;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Interop;
using Multipath.Agent.Namespaces;
using Multipath.Protocol.Primitives;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.DataPlanes.Tun;

public sealed class TunPumpTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(true, "10.72.1.2")]
    [InlineData(false, "10.72.1.2")]
    [InlineData(true, "fd72::2")]
    [InlineData(false, "fd72::2")]
    public void A_handler_behind_the_device_answers_ping(bool offload, string address)
    {
        using var bed = Bed.Create(offload);
        var printed = NetLab.Ip("netns", "exec", bed.Netns, "ping", "-n", "-c", "5", "-i", "0.01", "-s", "1200", "-W", "2", address);
        Assert.Contains("5 packets transmitted, 5 received, 0% packet loss", printed, StringComparison.Ordinal);
        Assert.True(bed.Pump.Counters is { PacketsIn: >= 5, PacketsOut: 5, Refused: 0 }, $"{bed.Pump.Counters}");
    }

    [Fact]
    public async Task Work_from_another_thread_wakes_the_pump_and_its_deadline_is_kept()
    {
        using var bed = Bed.Create(offload: true);
        var due = TunPump.Now + Duration.FromMillis(20);
        Assert.True(bed.Pump.TryPost(new Work(_ => bed.Handler.Deadline = due)));
        var fired = await bed.Handler.TimedOut.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.True(fired >= due, $"{fired} is before {due}");
    }

    [Fact]
    public async Task What_sending_brought_about_is_told_before_the_pump_sleeps()
    {
        using var bed = Bed.Create(offload: true);
        Assert.True(bed.Pump.TryPost(new Work(_ => bed.Handler.SendingHasNews = true)));
        await bed.Handler.NewsHeard.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_has_come_is_taken_before_questions_are_answered()
    {
        using var bed = Bed.Create(offload: true);
        using var gate = new ManualResetEventSlim();
        bed.Handler.Gate = gate;
        Assert.True(bed.Pump.TryPost(new Work(now => bed.Handler.Deadline = now)));
        await bed.Handler.TimedOut.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

        // The pump's thread stands still: a packet comes, and then somebody asks.
        var before = bed.Handler.Packets;
        using var socket = NetNamespace.Run(bed.Netns, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.SendTo([1], new IPEndPoint(IPAddress.Parse("10.72.1.2"), 9));
        var asked = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(bed.Pump.TryPost(new Work(_ => asked.SetResult(bed.Handler.Packets))));
        gate.Set();
        Assert.True(await asked.Task.WaitAsync(Patience, TestContext.Current.CancellationToken) > before);
    }

    [Fact]
    public async Task More_work_than_the_queue_holds_is_all_done_in_order()
    {
        using var bed = Bed.Create(offload: true);
        List<int> done = [];
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        const int count = 3 * PumpInbox.Capacity;
        for (var i = 0; i < count; i++)
        {
            var number = i;
            Assert.True(bed.Pump.TryPost(new Work(_ =>
            {
                done.Add(number);
                if (number == count - 1)
                {
                    last.SetResult();
                }
            })));
        }

        await last.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, count), done);
    }

    [Fact]
    public async Task A_fault_of_the_handler_ends_the_pump_alone_and_is_told()
    {
        using var bed = Bed.Create(offload: true);
        Assert.True(bed.Pump.TryPost(new Work(_ => throw new InvalidOperationException("broken"))));
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => bed.Pump.Ended.WaitAsync(Patience));
        Assert.Equal("broken", fault.Message);
        Assert.Same(fault, await bed.Handler.Stopped.Task);
        Assert.False(bed.Pump.TryPost(new Work(_ => { })));
    }

    [Fact]
    public async Task What_was_asked_behind_a_fault_is_answered_and_the_first_fault_is_told()
    {
        using var bed = Bed.Create(offload: true);
        using var gate = new ManualResetEventSlim();
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bed.Pump.TryPost(new Work(_ => gate.Wait()));
        bed.Pump.TryPost(new Work(_ => throw new InvalidOperationException("first")));
        bed.Pump.TryPost(new Work(_ => throw new InvalidOperationException("second")));
        bed.Pump.TryPost(new Work(_ => answered.SetResult()));
        gate.Set();
        await answered.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => bed.Pump.Ended.WaitAsync(Patience));
        Assert.Equal("first", fault.Message);
    }

    [Fact]
    public void A_late_wake_writes_to_nobody_elses_descriptor()
    {
        var inbox = new PumpInbox();
        inbox.Dispose();
        var next = new PumpInbox();
        Assert.SkipUnless(next.WakeFd == inbox.WakeFd, "another thread has taken the number");
        inbox.Wake();
        Assert.True(next.BeginSleep());
        Assert.Equal(0, Poll(next.WakeFd));
        next.Wake();
        Assert.Equal(1, Poll(next.WakeFd));
        next.Dispose();
    }

    [Fact]
    public async Task Stopping_tells_the_handler_and_takes_no_more_work()
    {
        var bed = Bed.Create(offload: true);
        bed.Dispose();
        Assert.Null(await bed.Handler.Stopped.Task);
        Assert.False(bed.Pump.TryPost(new Work(_ => { })));
    }

    /// <summary>1 when the descriptor can be read now.</summary>
    private static unsafe int Poll(int descriptor)
    {
        var entry = new Libc.PollEntry { Descriptor = descriptor, Events = Libc.PollIn };
        Libc.TimeSpec now = default;
        return (int)Libc.PrecisePoll(&entry, 1, &now, null);
    }

    private sealed class Work(Action<Instant> action) : IPumpWork
    {
        public void Run(Instant now) => action(now);
    }

    private sealed class Bed : IDisposable
    {
        private readonly NetLab _lab = new();
        private readonly TunDevice _device;

        private Bed(bool offload)
        {
            Netns = _lab.Add("t");
            _device = TunDevice.Create(new TunOptions("tun0") { Netns = Netns, Offload = offload });
            NetLab.Ip("-n", Netns, "address", "add", "10.72.1.1/24", "dev", "tun0");
            NetLab.Ip("-n", Netns, "address", "add", "fd72::1/64", "dev", "tun0");
            _device.SetUp(true);
            Pump = new TunPump(_device, _device.Fd, Handler);
        }

        internal EchoResponder Handler { get; } = new();

        internal TunPump Pump { get; }

        internal string Netns { get; }

        internal static Bed Create(bool offload)
        {
            Assert.SkipWhen(NetLab.WhyNot() is not null, NetLab.WhyNot() ?? "");
            return new Bed(offload);
        }

        public void Dispose()
        {
            Pump.Dispose();
            _device.Dispose();
            _lab.Dispose();
        }
    }
}
