using Multipath.Protocol.Congestion;

namespace Multipath.Protocol.Subflows;

/// <summary>Collects <see cref="SubflowStatistics"/>.</summary>
internal static class Statistics
{
    public static SubflowStatistics Read(ControlBlock control, Sender sender, Receiver receiver, ICongestionControl congestion)
    {
        var recovery = sender.Recovery;
        var counters = recovery.Counters;
        return new SubflowStatistics
        {
            State = control.State,
            Phase = recovery.Phase,
            SmoothedRtt = control.Rtt.Smoothed,
            RttVariance = control.Rtt.Variance,
            MinRtt = control.Rtt.Minimum,
            RetransmissionTimeout = control.Rtt.Timeout,
            CongestionWindow = recovery.Window,
            SlowStartThreshold = congestion.SlowStartThreshold,
            PacingRate = sender.Pacer.Rate,
            DeliveryRate = recovery.Rounds.DeliveryRate,
            InFlight = recovery.Board.InFlight,
            Lost = recovery.Board.Lost,
            Unsent = sender.Unsent,
            Mss = control.Sizes.Mss,
            PeerWindow = sender.Peer.Size,
            BytesSent = counters.BytesSent,
            BytesRetransmitted = counters.BytesRetransmitted,
            BytesDelivered = counters.BytesDelivered,
            SegmentsLost = recovery.Board.SegmentsLost,
            BytesReceived = receiver.BytesReceived,
            Retransmissions = counters.Retransmissions,
            Timeouts = counters.Timeouts,
            Recoveries = counters.Recoveries,
            SpuriousLosses = counters.SpuriousLosses,
            LossProbes = counters.LossProbes,
        };
    }
}
