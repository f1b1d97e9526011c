using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>The receiving half: what is in order, what is behind a gap, what to acknowledge. Holds no octets.</summary>
internal sealed class Receiver(ControlBlock control)
{
    private const int SackHeaderLength = 2;
    private const int SackBlockLength = 8;
    private const int TimestampsLength = 10;

    private readonly ReceivedRanges _ranges = new();
    private SackBlock _duplicate;
    private bool _hasDuplicate;
    private bool _finSeen;
    private Seq32 _finSeq;

    /// <summary>RCV.NXT.</summary>
    public Seq32 Next { get; private set; }

    /// <summary>The number behind the largest window that was ever advertised: what the peer may send up to.</summary>
    public Seq32 Edge { get; private set; }

    /// <summary>The acknowledgment that was sent last.</summary>
    public Seq32 LastAckSent { get; private set; }

    /// <summary>The peer's initial sequence number.</summary>
    public Seq32 Initial { get; private set; }

    public AckSchedule Acks { get; } = new(control);

    /// <summary>Octets of payload received for the first time.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>Whether the next ACK says more than a number, so that a segment with payload, which has no room, cannot serve.</summary>
    public bool HasReport => control.SelectiveAcks && (_hasDuplicate || _ranges.Count != 0);

    public void Start(Seq32 initial, int window)
    {
        Initial = initial;
        Next = initial + 1;
        LastAckSent = Next;
        Edge = Next + window;
    }

    /// <summary>The test of RFC 9293 section 3.10.7.4; an ACK that was overtaken by the data behind it passes too.</summary>
    public bool IsAcceptable(Seq32 seq, int length)
    {
        if (length == 0)
        {
            return seq >= Seq32.Earlier(LastAckSent, Next) && seq <= Edge;
        }

        return seq < Edge && seq + length > Next;
    }

    /// <summary>Whether a segment begins with what comes next, which the window has no room for.</summary>
    public bool IsNextBehindClosedWindow(Seq32 seq) => seq == Next && Edge == Next;

    /// <summary>Takes payload and FIN.</summary>
    /// <param name="seq">The number of the first octet.</param>
    /// <param name="octets">Octets of payload.</param>
    /// <param name="hasFin">Whether FIN follows.</param>
    /// <param name="segment">Octets of each of the segments that came merged.</param>
    /// <param name="outcome">Gets what there is to take.</param>
    /// <param name="now">When it came.</param>
    public void HandlePayload(Seq32 seq, int octets, bool hasFin, int segment, ref SegmentOutcome outcome, Instant now)
    {
        var end = seq + octets;
        if (hasFin && !_finSeen && end < Edge + 1)
        {
            _finSeen = true;
            _finSeq = end;
        }

        end = Seq32.Earlier(end, Edge);
        if (_finSeen)
        {
            end = Seq32.Earlier(end, _finSeq);
        }

        var start = Seq32.Later(seq, Next);
        if (seq < Next && octets > 0)
        {
            ReportDuplicate(seq, Seq32.Earlier(end, Next));
        }

        if (end > start)
        {
            if (start == Next)
            {
                TakeInOrder(end, segment, now);
            }
            else if (!TakeOutOfOrder(start, end, ref outcome))
            {
                return;
            }

            outcome.Events |= SegmentEvents.Payload;
            outcome.PayloadSeq = start;
            outcome.PayloadOffset = start - seq;
            outcome.PayloadLength = end - start;
            BytesReceived += outcome.PayloadLength;
        }

        if (_finSeen && Next == _finSeq)
        {
            Next += 1;
            Edge = Seq32.Later(Edge, Next);
            outcome.Events |= SegmentEvents.FinReceived;
            Acks.Request();
        }
        else if (hasFin)
        {
            Acks.Request();
        }
    }

    /// <summary>A segment came whose numbers are all old or all beyond the window: the peer needs to hear where we are.</summary>
    public void HandleUnacceptable(Seq32 seq, int octets)
    {
        Acks.Request();
        if (octets > 0 && seq + octets <= Next)
        {
            ReportDuplicate(seq, seq + octets);
        }
    }

    /// <summary>Writes selective acknowledgments, as many as fit.</summary>
    /// <param name="blocks">Where to.</param>
    /// <param name="otherBytes">Bytes of options that the connection will add.</param>
    public void Report(ref SackBlocks blocks, int otherBytes)
    {
        if (!HasReport)
        {
            return;
        }

        var room = TcpOptions.MaxLength - otherBytes - (control.Timestamps.IsEnabled ? TimestampsLength : 0) - SackHeaderLength;
        var max = Math.Min(room / SackBlockLength, SackBlocks.MaxCount);
        if (_hasDuplicate && max > 0)
        {
            blocks.TryAdd(_duplicate);
        }

        _ranges.Report(ref blocks, max);
    }

    /// <summary>A segment with ACK left.</summary>
    /// <param name="window">Octets of the window that it advertised.</param>
    /// <param name="withReport">Whether it had the selective acknowledgments.</param>
    public void HandleAckSent(int window, bool withReport)
    {
        LastAckSent = Next;
        Edge = Seq32.Later(Edge, Next + window);
        _hasDuplicate &= !withReport;
        Acks.HandleSent();
    }

    private void TakeInOrder(Seq32 end, int segment, Instant now)
    {
        var octets = end - Next;
        Next = end;
        if (_ranges.Count == 0)
        {
            Acks.HandlePayload(octets, segment, now);
            return;
        }

        // A gap is filled: the sender waits to hear it (RFC 5681 section 4.2).
        Next = _ranges.Absorb(end);
        Acks.Request();
    }

    private bool TakeOutOfOrder(Seq32 start, Seq32 end, ref SegmentOutcome outcome)
    {
        Acks.Request();
        if (!_ranges.TryAdd(start, end, out var isKnown))
        {
            if (isKnown)
            {
                ReportDuplicate(start, end);
            }

            return false;
        }

        outcome.Events |= SegmentEvents.OutOfOrder;
        return true;
    }

    private void ReportDuplicate(Seq32 start, Seq32 end)
    {
        Acks.Request();
        if (end > start)
        {
            _duplicate = new SackBlock(start, end);
            _hasDuplicate = true;
        }
    }
}
