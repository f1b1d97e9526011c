using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>RFC 6298.</summary>
public class RttTests
{
    private readonly Rtt _rtt = new(Duration.FromSeconds(1), Duration.FromMillis(200), Duration.FromSeconds(60));

    [Fact]
    public void Before_a_sample_the_timeout_is_the_initial_one()
    {
        Assert.False(_rtt.HasSample);
        Assert.Equal(Duration.FromSeconds(1), _rtt.Timeout);
    }

    [Fact]
    public void The_first_sample_sets_all()
    {
        _rtt.HandleSample(Duration.FromMillis(100), default);
        Assert.Equal(Duration.FromMillis(100), _rtt.Smoothed);
        Assert.Equal(Duration.FromMillis(50), _rtt.Variance);
        Assert.Equal(Duration.FromMillis(300), _rtt.Timeout);
    }

    [Fact]
    public void Later_samples_move_an_eighth_and_a_quarter()
    {
        _rtt.HandleSample(Duration.FromMillis(100), default);
        _rtt.HandleSample(Duration.FromMillis(180), default);
        Assert.Equal(Duration.FromMillis(110), _rtt.Smoothed);
        Assert.Equal(Duration.FromMicros(57_500), _rtt.Variance);
        Assert.Equal(Duration.FromMillis(340), _rtt.Timeout);
        Assert.Equal(Duration.FromMillis(100), _rtt.Minimum);
    }

    [Fact]
    public void The_timeout_is_bounded_on_both_sides_and_doubles()
    {
        _rtt.HandleSample(Duration.FromMicros(10), default);
        Assert.Equal(Duration.FromMillis(200), _rtt.Timeout);
        _rtt.BackOff();
        Assert.Equal(Duration.FromMillis(400), _rtt.Timeout);
        for (var i = 0; i < 100; i++)
        {
            _rtt.BackOff();
        }

        Assert.Equal(Duration.FromSeconds(60), _rtt.Timeout);
        _rtt.ResetBackoff();
        Assert.Equal(Duration.FromMillis(200), _rtt.Timeout);
    }

    [Fact]
    public void An_old_minimum_is_forgotten()
    {
        _rtt.HandleSample(Duration.FromMillis(10), default);
        for (var second = 1; second <= 25; second++)
        {
            _rtt.HandleSample(Duration.FromMillis(50), default(Instant) + Duration.FromSeconds(second));
        }

        Assert.Equal(Duration.FromMillis(50), _rtt.Minimum);
    }
}
