using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;

namespace Multipath.Agent.Tests.Reflexes;

public sealed class StallMeterTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly FourTuple Tuple = new(IPAddress.Parse("10.1.0.2"), 40000, IPAddress.Parse("203.0.113.9"), 443);

    [Fact]
    public void A_stall_lasts_from_the_last_acknowledgement_on_what_went_away_to_the_first_one_on_another()
    {
        List<double> stalls = [];
        var other = Tuple with { LocalPort = 40001 };
        var probe = new TwoProbe();
        var watch = new BlackholeWatch(probe, _ => { }, _ => true, took => stalls.Add(took.TotalMilliseconds));
        watch.Watch([new WatchedSubflow(7, Tuple, false), new WatchedSubflow(7, other, false)], Start);
        for (var ms = 0; ms <= 60; ms += 10)
        {
            // Heard at 20 ms for the last time, with data under way.
            var age = (uint)Math.Max(0, ms - 20);
            probe[Tuple] = new SubflowSample { UnackedSegments = 9, RttUs = 20_000, BytesAcked = 5, LastAckMs = age };
            probe[other] = new SubflowSample { RttUs = 20_000, BytesAcked = 1 };
            watch.HandleTick(At(ms));
        }

        watch.Watch([new WatchedSubflow(7, other, false)], At(60));
        probe[other] = new SubflowSample { UnackedSegments = 9, RttUs = 20_000, BytesAcked = 1, LastAckMs = 500 };
        watch.HandleTick(At(70));
        Assert.Empty(stalls);
        probe[other] = new SubflowSample { UnackedSegments = 9, RttUs = 20_000, BytesAcked = 2, LastAckMs = 4 };
        watch.HandleTick(At(200));
        watch.HandleTick(At(210));
        Assert.Equal([176.0], stalls);
    }

    [Fact]
    public void What_went_away_idle_or_with_its_connection_is_no_stall()
    {
        List<TimeSpan> stalls = [];
        var meter = new StallMeter(stalls.Add);
        meter.Gone(7, At(0), At(10));
        Assert.True(meter.IsOpen);
        meter.Keep(token => token == 8);
        meter.Acknowledged(7, At(50));
        Assert.False(meter.IsOpen);
        meter.Gone(8, At(0), At(10));
        meter.Acknowledged(8, At(9));
        Assert.Empty(stalls);
    }

    private static DateTimeOffset At(int milliseconds) => Start + TimeSpan.FromMilliseconds(milliseconds);

    private sealed class TwoProbe : ISubflowProbe
    {
        private readonly Dictionary<FourTuple, SubflowSample> _samples = [];

        internal SubflowSample this[FourTuple subflow]
        {
            set => _samples[subflow] = value;
        }

        public void Read(ReadOnlySpan<SubflowSocket> subflows, Span<SubflowReading> readings)
        {
            for (var i = 0; i < subflows.Length; i++)
            {
                readings[i] = new SubflowReading(true, _samples[subflows[i].Tuple]);
            }
        }

        public void Dispose()
        {
        }
    }
}
