using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Reconcile;

public sealed class PathMeterTests
{
    private static readonly PathKey Path = new("wlan0", IPAddress.Parse("10.1.0.2"));
    private static readonly FourTuple Tuple = new(Path.Address, 40000, IPAddress.Parse("203.0.113.9"), 443);

    private readonly PathMeter _meter = new();
    private SubflowSample _sample = new() { RttUs = 20_000 };
    private int _ms;

    [Fact]
    public void A_path_that_goes_bad_is_not_excused_by_what_it_carried_before()
    {
        Send(seconds: 5, lossPct: 0);
        Assert.Equal(0, LossPct());
        Send(seconds: 0.3, lossPct: 25);
        Assert.Equal(25, LossPct());
        Send(seconds: 0.3, lossPct: 0);
        Assert.Equal(0, LossPct());
    }

    [Fact]
    public void The_end_of_a_slow_start_is_no_degradation()
    {
        // 200 ms of round trip, half a window lost once and sent again in the next round trip.
        _sample = _sample with { RttUs = 200_000 };
        Send(seconds: 1.2, lossPct: 0);
        Send(seconds: 0.2, lossPct: 50);
        Assert.InRange(LossPct()!.Value, 5, 10);
    }

    [Fact]
    public void What_was_measured_before_is_of_no_weight()
    {
        Send(seconds: 1, lossPct: 0);
        var late = _sample with { BytesSent = _sample.BytesSent - 1, BytesRetransmitted = 1_000_000 };
        _meter.ObserveSome([new MeteredSubflow(Path, Tuple, late)], At());
        Assert.Equal((0.0, _sample.BytesSent), (LossPct(), _meter.Read(Path).BytesSent));
    }

    [Fact]
    public void Few_segments_say_nothing()
    {
        Send(seconds: 0.1, lossPct: 100, bytesPerStep: 20_000);
        Assert.Null(LossPct());
        Send(seconds: 0.1, lossPct: 100, bytesPerStep: 20_000);
        Assert.Equal(100, LossPct());
    }

    [Fact]
    public void A_round_trip_time_is_forgotten_when_nothing_is_acknowledged_for_a_while()
    {
        Send(seconds: 1, lossPct: 0);
        Look(seconds: 4.9);
        Assert.Equal(20, _meter.Read(Path).RttMs);
        Assert.True(_meter.IsFresh);
        Look(seconds: 0.2);
        Assert.Null(_meter.Read(Path).RttMs);
        Assert.Null(_meter.Read(Path).RttVarMs);
        _sample = _sample with { RttUs = 30_000 };
        Send(seconds: 0.1, lossPct: 0);
        Assert.Equal(30, _meter.Read(Path).RttMs);
    }

    [Fact]
    public void What_a_subflow_measured_while_another_one_on_the_path_is_idle_is_not_mixed_with_the_idle_ones()
    {
        var idle = new MeteredSubflow(Path, Tuple with { LocalPort = 40001 }, new SubflowSample { RttUs = 300_000 });
        _meter.Observe([idle], At());
        Assert.Equal(300, _meter.Read(Path).RttMs);
        Send(seconds: 0.1, lossPct: 0);
        _ms += 100;
        _sample = _sample with { BytesAcked = _sample.BytesAcked + 1 };
        _meter.Observe([idle, new MeteredSubflow(Path, Tuple, _sample)], At());
        Assert.Equal(20, _meter.Read(Path).RttMs);
    }

    /// <summary>Looks at the same values again and again.</summary>
    private void Look(double seconds)
    {
        for (var end = _ms + (int)(seconds * 1000); _ms < end;)
        {
            _ms += 100;
            _meter.Observe([new MeteredSubflow(Path, Tuple, _sample)], At());
        }
    }

    private double? LossPct() => _meter.Read(Path).LossPct;

    private void Send(double seconds, double lossPct, ulong bytesPerStep = 60_000)
    {
        for (var end = _ms + (int)(seconds * 1000); _ms < end;)
        {
            _ms += 100;
            _sample = _sample with
            {
                BytesSent = _sample.BytesSent + bytesPerStep,
                BytesAcked = _sample.BytesAcked + bytesPerStep,
                BytesRetransmitted = _sample.BytesRetransmitted + (ulong)(bytesPerStep * lossPct / 100),
            };
            _meter.ObserveSome([new MeteredSubflow(Path, Tuple, _sample)], At());
        }
    }

    private DateTimeOffset At() => DateTimeOffset.UnixEpoch + TimeSpan.FromMilliseconds(_ms);
}
