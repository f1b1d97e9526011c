namespace Multipath.Protocol.Subflows;

/// <summary>Loss detection for a peer without selective acknowledgments: NewReno (RFC 6582).</summary>
internal sealed class DuplicateAcks
{
    private const int Threshold = 3;
    private int _count;

    public void Reset() => _count = 0;

    /// <summary>The first segment is lost with the third duplicate, and with each ACK of a recovery that does not end it.</summary>
    public void DetectLoss(Scoreboard board, in AckContext ack, RecoveryPhase phase, int mss)
    {
        if (ack.Advanced)
        {
            _count = 0;
            if (phase == RecoveryPhase.FastRecovery)
            {
                MarkFirst(board, mss);
            }
        }
        else if (ack.IsDuplicate && board.Count != 0)
        {
            _count++;
            if (_count == Threshold && phase == RecoveryPhase.Open)
            {
                MarkFirst(board, mss);
            }
        }
    }

    private static void MarkFirst(Scoreboard board, int mss)
    {
        if (board.Count != 0 && board[0].IsInFlight)
        {
            board.MarkLost(0, mss);
        }
    }
}
