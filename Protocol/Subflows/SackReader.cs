using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>Reads the selective acknowledgments of the peer into the scoreboard (RFC 2018, RFC 2883).</summary>
/// <remarks>Each ACK repeats what the last ones said: what is known already is not walked again.</remarks>
internal sealed class SackReader(Scoreboard board)
{
    private readonly SackBlock[] _known = new SackBlock[SackBlocks.MaxCount];
    private readonly SackBlock[] _rising = new SackBlock[SackBlocks.MaxCount];
    private int _count;

    /// <summary>Takes the blocks of an ACK.</summary>
    /// <param name="blocks">As they came; any numbers.</param>
    /// <param name="ack">The cumulative acknowledgment.</param>
    /// <param name="next">The number behind all that was sent.</param>
    /// <param name="mss">Octets of a full segment.</param>
    /// <param name="delivery">Gets what is new.</param>
    public void Handle(in SackBlocks blocks, Seq32 ack, Seq32 next, int mss, ref Delivery delivery)
    {
        // Old numbers wrap: without anything sacked, what is known is of no use.
        _count = board.SackedCount == 0 ? 0 : _count;
        var first = 0;
        if (IsDuplicateReport(blocks, ack))
        {
            delivery.HasDuplicateReport = true;
            delivery.DuplicateEnd = blocks[0].End;
            first = 1;
        }

        var count = 0;
        for (var i = first; i < blocks.Count; i++)
        {
            var block = new SackBlock(Seq32.Later(blocks[i].Start, ack), blocks[i].End);
            if (block.Start < block.End && block.End <= next)
            {
                Insert(block, count++);
            }
        }

        for (var i = 0; i < count; i++)
        {
            HandleNew(_rising[i], mss, ref delivery);
        }

        _count = 0;
        for (var i = first; i < blocks.Count; i++)
        {
            _known[_count++] = blocks[i];
        }
    }

    /// <summary>The scoreboard forgot what was acknowledged selectively.</summary>
    public void Forget() => _count = 0;

    // RFC 2883 section 4: the first block lies below the cumulative ACK or inside of the second block.
    private static bool IsDuplicateReport(in SackBlocks blocks, Seq32 ack)
    {
        var first = blocks[0];
        return first.End <= ack || (blocks.Count > 1 && first.Start >= blocks[1].Start && first.End <= blocks[1].End);
    }

    // They come newest first (RFC 2018 section 4); in rising order none looks overtaken by another one of the same ACK.
    private void Insert(SackBlock block, int at)
    {
        for (; at > 0 && block.Start < _rising[at - 1].Start; at--)
        {
            _rising[at] = _rising[at - 1];
        }

        _rising[at] = block;
    }

    private void HandleNew(SackBlock block, int mss, ref Delivery delivery)
    {
        for (var i = 0; i < _count; i++)
        {
            var known = _known[i];
            if (known.Start <= block.Start && block.End <= known.End)
            {
                return;
            }

            if (block.Start <= known.Start && known.End <= block.End)
            {
                board.Sack(block.Start, known.Start, mss, ref delivery);
                board.Sack(known.End, block.End, mss, ref delivery);
                return;
            }
        }

        board.Sack(block.Start, block.End, mss, ref delivery);
    }
}
