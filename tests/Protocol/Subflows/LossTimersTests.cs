using Multipath.Protocol.Congestion;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;

namespace Multipath.Protocol.Tests.Subflows;

/// <summary>What restarts the retransmission timer (RFC 6298 section 5.3).</summary>
public class LossTimersTests
{
    private static readonly Instant _sentAt = new(10_000_000);
    private static readonly Instant _ackedAt = new(10_500_000);
    private static readonly Duration _timeout = SubflowOptions.Default.InitialTimeout;

    [Theory]
    [InlineData(true, 10_100_000, true)]
    [InlineData(false, 9_900_000, true)]
    [InlineData(false, 10_000_000, false)]
    [InlineData(false, 10_100_000, false)]
    public void News_restarts_it_unless_it_is_of_something_younger_than_the_oldest(bool advanced, long deliveredSentAt, bool restarts)
    {
        var (timers, control) = Sent();
        var delivery = new Delivery { Bytes = 100, HasOriginal = true, NewestOriginalAt = new Instant(deliveredSentAt) };
        timers.HandleAck(advanced, delivery, RecoveryPhase.FastRecovery, _ackedAt);
        Assert.Equal((restarts ? _ackedAt : _sentAt) + _timeout, control.Timers[SubflowTimer.Retransmit]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_the_oldest_segment_restarts_it_when_it_is_sent_again(bool isHead)
    {
        var (timers, control) = Sent();
        timers.HandleSent(isHead, RecoveryPhase.FastRecovery, _ackedAt);
        Assert.Equal((isHead ? _ackedAt : _sentAt) + _timeout, control.Timers[SubflowTimer.Retransmit]);
    }

    private static (LossTimers Timers, ControlBlock Control) Sent()
    {
        var control = new ControlBlock(new SubflowStart
        {
            Options = SubflowOptions.Default,
            Congestion = new NewReno(),
            InitialSequence = new Seq32(0),
            Mtu = 1500,
            IsV4 = true,
            ReceiveWindow = 1000,
        });
        var board = new Scoreboard();
        board.Start(new Seq32(1));
        board.Add(new SentSegment { Start = new Seq32(1), Length = 1000, SentAt = _sentAt });
        board.Add(new SentSegment { Start = new Seq32(1001), Length = 1000, SentAt = _sentAt });
        var timers = new LossTimers(control, board, new LossProbe(Duration.Zero));
        timers.HandleSent(isHeadAgain: false, RecoveryPhase.Open, _sentAt);
        return (timers, control);
    }
}
