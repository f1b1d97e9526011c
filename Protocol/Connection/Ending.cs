using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;

namespace Multipath.Protocol.Connection;

/// <summary>When a connection is over: both streams are whole and read, or it was aborted, or no path came back in time.</summary>
internal sealed class Ending(Session s)
{
    private static readonly Predicate<Member?> _isLingering = m => m is null or { Tcp.State: SubflowState.TimeWait };

    private Instant _abandonAt = Instant.Never;
    private Instant _lingerUntil = Instant.Never;

    /// <summary>It has ended for its user.</summary>
    public bool IsOver { get; private set; }

    /// <summary>It has ended, and all that is left of it answers late segments (TIME-WAIT).</summary>
    public bool IsLingering => IsOver && s.MemberCount > 0 && Array.TrueForAll(s.Members, _isLingering);

    /// <summary>Why it ended.</summary>
    public EndReason Reason { get; private set; }

    /// <summary>
    /// When a connection is given up that has no subflows, that both ends have finished, or whose peer does not answer our end (Linux:
    /// net.mptcp.close_timeout).
    /// </summary>
    public Instant Deadline => Instant.Earlier(Instant.Earlier(_abandonAt, _lingerUntil), AnswerDeadline);

    /// <summary>The peer has had its time to take our end, or, where nobody is left to read, to come to its own.</summary>
    public bool IsUnanswered(Instant now) => now >= AnswerDeadline;

    // No timer of TCP runs for a DATA_FIN on a bare ACK, nor for the peer's.
    private Instant AnswerDeadline
    {
        get
        {
            if (!s.Ends.IsClosing || IsOver || s.Ends.AreDone)
            {
                return Instant.Never;
            }

            var since = s.ReleasedAt;
            if (since == Instant.Never && s.Mode == Mode.Multipath && !s.Ends.IsAcknowledged && s.Peer.Acknowledged == s.Ends.LocalEnd)
            {
                since = s.Ends.FirstSentAt;
            }

            return since == Instant.Never ? since : Instant.Later(since, s.Counters.LastProgress) + s.Options.CloseTimeout;
        }
    }

    /// <summary>Gives up what the deadline was for.</summary>
    public void HandleTimeout(Instant now)
    {
        if (now >= _lingerUntil)
        {
            _lingerUntil = Instant.Never;
            ResetRest();
        }

        if (now >= _abandonAt)
        {
            // Joins under way too: one that is answered later would be a subflow of nothing.
            ResetRest();
            End(EndReason.TimedOut);
        }
    }

    /// <summary>Ends the connection if nothing is left to be done, and sets how long it may wait for what is.</summary>
    public void Settle(Instant now)
    {
        if (IsOver)
        {
            return;
        }

        if (s.Ends.AreDone)
        {
            if (AllOver())
            {
                Finish();
            }
            else if (_lingerUntil == Instant.Never)
            {
                _lingerUntil = now + s.Options.CloseTimeout;
            }
        }
        else if (s.MemberCount == 0 && s.Mode != Mode.Multipath)
        {
            End(s.LastReason);
        }
        else if (s.Mode != Mode.Multipath || HasSubflow())
        {
            _abandonAt = Instant.Never;
        }
        else if (_abandonAt == Instant.Never)
        {
            // Without subflows the connection stays open for a while: a path may come back. Joins under way may go on failing for ever.
            _abandonAt = now + s.Options.CloseTimeout;
        }
    }

    /// <summary>Ends it; the first reason counts.</summary>
    public void End(EndReason reason)
    {
        if (IsOver)
        {
            return;
        }

        IsOver = true;
        Reason = reason;
        _abandonAt = _lingerUntil = Instant.Never;
        s.Send.Free();
        s.Reinject.Clear();
        if (reason != EndReason.Finished)
        {
            s.Receive.Free();
        }

        if (s.Token != 0)
        {
            s.Emit(StackEventKind.Closed, reason);
        }

        s.Emit(StackEventKind.Ended, reason);
    }

    // Of a connection whose streams are whole at both ends only the answer to a FIN is missing, on a path that is gone.
    private void ResetRest()
    {
        foreach (var m in s.Members)
        {
            if (m is not null && !m.Tcp.State.IsOver())
            {
                m.Reason = EndReason.TimedOut;
                m.Tcp.Abort();
            }
        }
    }

    // What came is the application's until it has read it.
    private void Finish()
    {
        if (s.Receive.Available == 0)
        {
            End(EndReason.Finished);
        }
    }

    private bool HasSubflow()
    {
        foreach (var m in s.Members)
        {
            if (m is { IsUsable: true } or { IsClosing: true })
            {
                return true;
            }
        }

        return false;
    }

    private bool AllOver()
    {
        foreach (var m in s.Members)
        {
            if (m is not null && !m.Tcp.State.IsOver())
            {
                return false;
            }
        }

        return true;
    }
}
