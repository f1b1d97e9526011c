using Multipath.Protocol.Connection;
using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol;

/// <summary>
/// Lets peers join connections: with a subflow for each SYN as long as few are half open, beyond that with an entry in a table, so that a
/// flood of SYNs with a known token costs no more memory and keeps nobody out.
/// </summary>
internal sealed class JoinAdmission(StackOptions options, StackHost host, StrayReplies replies)
{
    // Only a flood makes it: it takes some megabytes.
    private PendingJoins? _pending;

    /// <summary>Answers a SYN with MP_JOIN. It is found by its token, whatever port it comes to (RFC 8684 section 3.2).</summary>
    public void HandleSyn(in ParsedPacket syn, Instant now)
    {
        if (host.Connections.FindByToken(syn.Options.Mptcp.Join.Token) is not { } connection)
        {
            replies.Refuse(syn, ResetReason.MptcpError);
            return;
        }

        if (TryFind(syn.Tuple, out var join))
        {
            if (join.IsOf(syn))
            {
                Answer(connection, join, syn.Options.Timestamps, now);
                return;
            }

            _pending!.Remove(syn.Tuple);
        }

        switch (connection.Joins.Accept(syn, host.HalfOpenJoins < options.Limits.HalfOpenJoinsTotal, now))
        {
            case JoinAnswer.Accepted:
                host.HalfOpenJoins++;
                host.Connections.Touch(connection);
                break;
            case JoinAnswer.Deferred:
                join = connection.Joins.Defer(syn);

                // The third ACK names no token: where a group's stack hands it to, our number says.
                join = join with { Initial = new Seq32(options.Share.FirstFrom(join.Initial.Value)) };
                _pending ??= new PendingJoins(options.Limits.PendingJoins, ((ulong)host.NextRandom() << 32) | host.NextRandom());
                _pending.Add(join);
                Answer(connection, join, syn.Options.Timestamps, now);
                break;
            case JoinAnswer.NoRoom:
                replies.Refuse(syn, ResetReason.LackOfResources);
                break;
            case JoinAnswer.Prohibited:
                replies.Refuse(syn, ResetReason.Prohibited);
                break;
        }
    }

    /// <summary>Takes a segment with MP_JOIN that belongs to nothing: it may complete a join that was answered without a subflow.</summary>
    /// <returns>Whether it does; then it has been dealt with. What does not is refused.</returns>
    public bool TryComplete(in ParsedPacket ack, Instant now)
    {
        if (!TryFind(ack.Tuple, out var join) || ack.Seq != join.PeerInitial + 1 || ack.Ack != join.Initial + 1
            || host.Connections.FindByToken(join.Token) is not { } connection || connection.Joins.Resume(join, ack, now) is not { } member)
        {
            return false;
        }

        _pending!.Remove(ack.Tuple);
        host.HalfOpenJoins++;
        connection.HandlePacket(member, ack, now);
        host.Connections.Touch(connection);
        return true;
    }

    private bool TryFind(in FourTuple tuple, out PendingJoin join)
    {
        join = default;
        return _pending is not null && _pending.TryFind(tuple, out join);
    }

    private void Answer(MptcpConnection connection, in PendingJoin join, TcpTimestamps? stamps, Instant now)
    {
        var header = connection.Joins.SynAck(join, stamps, now);
        header.Options.Mss = (ushort)Math.Min(options.Mtu - PacketWriter.HeaderLength(join.Tuple.Local.Address.IsV4), ushort.MaxValue);
        replies.Add(join.Tuple, header);
    }
}
