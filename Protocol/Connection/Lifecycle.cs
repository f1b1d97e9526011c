using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>
/// Ends what has to end: subflows one by one, and the connection when both streams are done or nothing is left (RFC 8684 section
/// 3.3.3).
/// </summary>
internal sealed class Lifecycle(Session s, Watch watch)
{
    private readonly Ending _ending = new(s);
    private readonly FastClosing _fastClosing = new(s);

    /// <summary>The connection has ended for its user.</summary>
    public bool IsOver => _ending.IsOver;

    /// <summary>It has ended, and all that is left of it answers late segments.</summary>
    public bool IsLingering => _ending.IsLingering;

    /// <summary>Why it ended.</summary>
    public EndReason Reason => _ending.Reason;

    /// <summary>When a connection that waits for nothing but time is given up, or its end is told again.</summary>
    public Instant Deadline => Instant.Earlier(_ending.Deadline, _fastClosing.Deadline);

    /// <summary>What there is to do about a connection that was ended at once; null while it runs.</summary>
    public FastClosing? FastClosing => _fastClosing.IsWaiting ? _fastClosing : null;

    /// <summary>Gives the connection up when its time is over.</summary>
    public void HandleTimeout(Instant now)
    {
        _ending.HandleTimeout(now);
        if (_ending.IsUnanswered(now))
        {
            Abort(EndReason.TimedOut);
        }

        _fastClosing.HandleTimeout(now);
    }

    /// <summary>Closes, removes and ends what is due after any change.</summary>
    public void Settle(Instant now)
    {
        _fastClosing.Schedule(now);
        if (_fastClosing.IsWaiting)
        {
            return;
        }

        CloseStreams();
        foreach (var m in s.Members)
        {
            if (m is not null && (m.IsDoomed || s.Send.IsHeldBySlowSubflow))
            {
                Relieve(m);
            }
        }

        _ending.Settle(now);
    }

    /// <summary>
    /// Ends the whole connection at once (RFC 8684 section 3.5): one subflow tells the peer until that answers and the others are reset, or
    /// all are reset, and say why.
    /// </summary>
    public void Abort(EndReason reason)
    {
        var tells = s.Mode == Mode.Multipath && reason is EndReason.Aborted or EndReason.TimedOut;
        var carrier = tells && !s.Options.FastCloseByReset ? _fastClosing.FindCarrier() : null;
        foreach (var m in s.Members)
        {
            if (m is null)
            {
                continue;
            }

            m.Reason = reason;
            if (m == carrier)
            {
                _fastClosing.Begin(m);
                continue;
            }

            if (tells && carrier is null && m.Join is JoinPhase.None or JoinPhase.Joined)
            {
                m.Signals.Set(new MpFastClose(s.Keys!.Remote));
            }

            m.Tcp.Abort();
        }

        _ending.End(reason);
    }

    /// <summary>Ends a handshake under way without a word.</summary>
    public void Abandon()
    {
        foreach (var m in s.Members)
        {
            if (m is not null)
            {
                m.Reason = EndReason.Limit;
                Remove(m);
            }
        }

        _ending.End(EndReason.Limit);
    }

    /// <summary>Resets a subflow; what it carried goes elsewhere.</summary>
    public void Reset(Member m, ResetReason why, EndReason reason)
    {
        watch.RescueAll(m);
        m.ResetToSend = new MpReset(why is ResetReason.LackOfResources ? ResetFlags.Transient : ResetFlags.None, why);
        m.Reason = reason;
        m.Tcp.Abort();
    }

    /// <summary>Takes the peer's reset.</summary>
    public Verdict TakeReset(Member m, in ParsedPacket packet)
    {
        ref readonly var options = ref packet.Options.Mptcp;
        m.Reason = m.Tcp.End == SubflowEnd.Refused ? EndReason.Refused : EndReason.Reset;
        if (options.Has(MptcpKinds.Reset))
        {
            m.ResetReceived = (byte)options.Reset.Reason;
        }

        if (s.Mode == Mode.Multipath)
        {
            watch.RescueAll(m);
            if (options.Has(MptcpKinds.FastClose) && options.FastClose.ReceiverKey == s.Keys!.Local)
            {
                return new Verdict(VerdictKind.FastClosed);
            }

            if (options.Has(MptcpKinds.Fail) && s.MemberCount > 1)
            {
                s.Counters.ChecksumFailures++;
            }
        }

        return Verdict.Continue;
    }

    /// <summary>Goes on as plain TCP, or resets the subflow where that is not possible.</summary>
    public void FallBack(Member m)
    {
        if (Fallback.IsPossible(s, m))
        {
            Fallback.Begin(s, m);

            // The peer may still wait for mappings: one without end tells it (section 3.7).
            s.OwesInfiniteMap = m.Tcp.DataOptionBytes > 0;
            s.InfiniteMapFrom = m.Tcp.AssignedTo;
        }
        else
        {
            Reset(m, ResetReason.MiddleboxInterference, EndReason.ProtocolError);
        }
    }

    /// <summary>
    /// A mapping's checksum was wrong: with other subflows this one is reset and says where, alone it falls back (section 3.7).
    /// </summary>
    public void HandleChecksumFailed(Member m)
    {
        s.Counters.ChecksumFailures++;
        m.Signals.Set(new MpFail(m.Assembler!.FailedAt));
        if (s.HasOther(m) || !Fallback.IsPossible(s, m))
        {
            Reset(m, ResetReason.MiddleboxInterference, EndReason.ProtocolError);
            return;
        }

        Fallback.Begin(s, m);
        m.Tcp.RequestAck();
    }

    /// <summary>
    /// The peer reports a wrong checksum on its only subflow: both directions fall back, and it is answered (section 3.7).
    /// </summary>
    public void HandleFailReported(Member m)
    {
        s.Counters.ChecksumFailures++;
        if (!Fallback.IsPossible(s, m))
        {
            Reset(m, ResetReason.MiddleboxInterference, EndReason.ProtocolError);
            return;
        }

        m.Signals.Set(new MpFail(s.Receive.Next));
        Fallback.Begin(s, m);
        s.OwesInfiniteMap = true;
        s.InfiniteMapFrom = m.Tcp.AssignedTo;
        m.Tcp.RequestAck();
    }

    private void CloseStreams()
    {
        if (s.Mode == Mode.Plain)
        {
            if (s.Ends.IsClosing && s.Unsent == s.Send.End && s.Members[0] is { IsClosing: false } only && only.IsUsable)
            {
                Close(only, isHalfClose: true);
            }

            return;
        }

        foreach (var m in s.Members)
        {
            // A FIN of the peer closes its subflow only; after both DATA_FINs every subflow is closed (section 3.3.3).
            if (m is not null && m.IsUsable && (s.Ends.AreDone || m.Tcp.State == SubflowState.CloseWait))
            {
                watch.RescueAll(m);
                Close(m, isHalfClose: false);
            }
        }
    }

    // Plain TCP's other direction lasts for as long as the peer likes; with MPTCP a subflow is closed when both are done.
    private static void Close(Member m, bool isHalfClose)
    {
        m.IsClosing = true;
        m.Tcp.Close(isHalfClose);
    }

    // Of a subflow that keeps the writer waiting only the slowest goes: the one that owes the oldest byte, and not if it is the last.
    private void Relieve(Member m)
    {
        if (m.IsDoomed)
        {
            m.IsDoomed = false;
            Reset(m, ResetReason.Unspecified, EndReason.AddressRemoved);
        }
        else if (m.Tcp.TryGetLowestDsn(out var lowest) && lowest <= s.Send.Retained && s.HasOther(m))
        {
            Reset(m, ResetReason.UnacceptablePerformance, EndReason.Limit);
        }
    }

    /// <summary>Forgets a subflow that is closed and has nothing more to say.</summary>
    public void Remove(Member m)
    {
        if (s.Mode == Mode.Multipath && !s.Ends.AreDone)
        {
            watch.RescueAll(m);
        }

        if (m.Reason == EndReason.None)
        {
            m.Reason = m.Tcp.End switch
            {
                SubflowEnd.Finished => EndReason.Finished,
                SubflowEnd.Reset => EndReason.Reset,
                SubflowEnd.Refused => EndReason.Refused,
                SubflowEnd.Aborted => EndReason.Aborted,
                _ => EndReason.TimedOut,
            };
        }

        s.Members[m.Slot] = null;
        s.MemberCount--;
        if (!IsOver && (m.IsAnnounced || m.Join == JoinPhase.None))
        {
            watch.AskOthers(m);
        }

        m.Assembler?.Free();
        s.Scheduler.HandleClosed(m.Slot);
        s.Coupling.Remove(m.Tcp.Congestion);
        s.Host.Unregister(m);
        if (m.Join != JoinPhase.None && !m.IsAnnounced && !m.IsActive)
        {
            s.Host.HandleJoinSettled();
            s.Paths?.HandleJoinFailed(m.Tuple);
        }

        if (m.IsAnnounced || m.IsActive || m.Join == JoinPhase.None)
        {
            s.LastReason = m.Reason;
            if (s.Token != 0)
            {
                s.Emit(StackEventKind.SubflowClosed, m, m.Reason);
            }
        }
    }
}
