using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;

namespace Multipath.Protocol.Tests.Subflows;

public class TimersTests
{
    private readonly Timers _timers = new();

    [Fact]
    public void The_next_is_the_earliest_whatever_moves()
    {
        Assert.Equal(Instant.Never, _timers.Next);
        _timers.Set(SubflowTimer.Retransmit, new Instant(50));
        _timers.Set(SubflowTimer.DelayedAck, new Instant(20));
        Assert.Equal(new Instant(20), _timers.Next);
        _timers.Set(SubflowTimer.DelayedAck, new Instant(70));
        Assert.Equal(new Instant(50), _timers.Next);
        _timers.Stop(SubflowTimer.Retransmit);
        Assert.Equal(new Instant(70), _timers.Next);
        _timers.StopAll();
        Assert.Equal(Instant.Never, _timers.Next);
    }

    [Fact]
    public void A_timer_expires_once_and_not_early()
    {
        _timers.Set(SubflowTimer.Persist, new Instant(50));
        Assert.False(_timers.TryExpire(SubflowTimer.Persist, new Instant(49)));
        Assert.True(_timers.TryExpire(SubflowTimer.Persist, new Instant(50)));
        Assert.False(_timers.TryExpire(SubflowTimer.Persist, new Instant(51)));
        Assert.False(_timers.IsSet(SubflowTimer.Persist));
    }
}
