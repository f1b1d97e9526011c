using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Reflexes;

public sealed class ReflexStateTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly PathKey Path = new("wlan0", IPAddress.Parse("10.1.0.2"));
    private static readonly FourTuple Tuple = new(Path.Address, 40000, IPAddress.Parse("203.0.113.9"), 443);

    [Fact]
    public void A_stale_subflow_is_made_again_after_5_s_and_then_ever_later()
    {
        var detector = new StalenessDetector();
        ulong others = 0;
        List<int> fired = [];
        for (var second = 0; second <= 60; second++)
        {
            others += 100_000;
            var age = (uint)second * 1000;
            var sample = new SubflowSample { BytesReceived = 10, LastAckMs = age, LastDataReceivedMs = age };
            if (detector.Observe(sample, others, At(second * 1000)))
            {
                fired.Add(second);
            }
        }

        Assert.Equal([5, 10, 20, 40], fired);
    }

    [Fact]
    public void A_subflow_is_not_stale_while_the_others_receive_little_or_it_hears_acknowledgements()
    {
        var (quiet, heard) = (new StalenessDetector(), new StalenessDetector());
        for (var second = 0; second <= 60; second++)
        {
            var sample = new SubflowSample { LastAckMs = (uint)second * 1000, LastDataReceivedMs = (uint)second * 1000 };
            Assert.False(quiet.Observe(sample, (ulong)second * 1000, At(second * 1000)));
            Assert.False(heard.Observe(sample with { LastAckMs = 100 }, (ulong)second * 1_000_000, At(second * 1000)));
        }
    }

    [Fact]
    public void An_answer_to_a_second_syn_does_not_make_an_alarm_false()
    {
        var alarms = new FalseAlarms();
        alarms.Fired(7, Path, Start);
        Assert.False(alarms.Established(7, Path, At(1050)));
        alarms.Fired(7, Path, At(2000));
        Assert.True(alarms.Established(7, Path, At(2100)));
        Assert.False(alarms.Established(7, Path, At(2200)));
        Assert.Equal((1L, true, false), (alarms.Count, alarms.IsCautious(Path, At(3000)), alarms.IsCautious(Path, At(123_000))));
    }

    [Fact]
    public void The_watch_looks_often_at_busy_subflows_and_seldom_at_sleeping_ones()
    {
        var probe = new Probe { Sample = new SubflowSample { UnackedSegments = 5, RttUs = 20_000 } };
        var watch = new BlackholeWatch(probe, _ => { }, _ => true, _ => { });
        Assert.Null(watch.HandleTick(Start));
        watch.Watch([new WatchedSubflow(7, Tuple, false)], Start);
        Assert.Equal(At(10), watch.HandleTick(Start));
        probe.Sample = default;
        Assert.Equal(At(20), watch.HandleTick(At(10)));
        Assert.Equal(At(700), watch.HandleTick(At(600)));
        Assert.Equal(At(20_250), watch.HandleTick(At(20_000)));
        Assert.Equal(At(20_250), watch.HandleTick(At(20_100)));
        Assert.Equal(4, probe.Reads);
    }

    [Fact]
    public void Subflows_that_began_at_different_times_are_soon_looked_at_together()
    {
        var probe = new Probe { Sample = new SubflowSample { UnackedSegments = 5, RttUs = 20_000, LastAckMs = 1 } };
        var watch = new BlackholeWatch(probe, _ => { }, _ => true, _ => { });
        var subflows = Enumerable.Range(0, 8).Select(i => new WatchedSubflow(7, Tuple with { LocalPort = (ushort)(40000 + i) }, false));
        for (var ms = 0; ms < 8; ms++)
        {
            watch.Watch([.. subflows.Take(ms + 1)], At(ms));
            watch.HandleTick(At(ms));
        }

        var calls = probe.Calls;
        for (var next = At(10); next < At(1000);)
        {
            next = watch.HandleTick(next)!.Value;
        }

        Assert.Equal(99, probe.Calls - calls);
    }

    [Fact]
    public void The_watch_tells_once_of_silence_and_once_of_its_end()
    {
        List<bool> told = [];
        var probe = new Probe { Sample = new SubflowSample { UnackedSegments = 5, RttUs = 20_000 } };
        var watch = new BlackholeWatch(probe, alarm => told.Add(alarm.Verdict.Silent), _ => true, _ => { });
        watch.Watch([new WatchedSubflow(7, Tuple, false)], Start);
        for (var ms = 0; ms <= 200; ms += 10)
        {
            probe.Sample = probe.Sample with { LastAckMs = (uint)ms };
            watch.HandleTick(At(ms));
        }

        probe.Sample = probe.Sample with { LastAckMs = 1 };
        watch.HandleTick(At(210));
        Assert.Equal([true, false], told);
    }

    [Fact]
    public void The_watch_passes_on_what_it_read_of_subflows_that_sent_ten_times_a_second()
    {
        List<ulong> told = [];
        var taken = true;
        var probe = new Probe { Sample = new SubflowSample { UnackedSegments = 5, RttUs = 20_000 } };
        var watch = new BlackholeWatch(probe, _ => { }, subflows =>
        {
            told.AddRange(taken ? subflows.Select(one => one.Sample.BytesSent) : []);
            return taken;
        }, _ => { });
        watch.Watch([new WatchedSubflow(7, Tuple, false)], Start);
        for (var ms = 0; ms <= 500; ms += 10)
        {
            taken = ms != 300;
            probe.Sample = probe.Sample with { BytesSent = (ulong)Math.Min(ms, 400), LastAckMs = 1 };
            watch.HandleTick(At(ms));
        }

        Assert.Equal([100, 200, 400], told);
    }

    [Fact]
    public void Watching_allocates_nothing()
    {
        var probe = new Probe { Sample = new SubflowSample { UnackedSegments = 5, RttUs = 20_000 } };
        var watch = new BlackholeWatch(probe, _ => { }, _ => true, _ => { });
        var subflows = Enumerable.Range(0, 200).Select(i => new WatchedSubflow(7, Tuple with { LocalPort = (ushort)(40000 + i) }, false));
        watch.Watch([.. subflows], Start);
        watch.HandleTick(Start);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var ms = 10; ms < 1000; ms += 10)
        {
            watch.HandleTick(At(ms));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static DateTimeOffset At(int milliseconds) => Start + TimeSpan.FromMilliseconds(milliseconds);

    private sealed class Probe : ISubflowProbe
    {
        internal SubflowSample Sample { get; set; }

        internal int Reads { get; private set; }

        internal int Calls { get; private set; }

        public void Read(ReadOnlySpan<SubflowSocket> subflows, Span<SubflowReading> readings)
        {
            Calls++;
            Reads += subflows.Length;
            readings.Fill(new SubflowReading(true, Sample));
        }

        public void Dispose()
        {
        }
    }
}
