using Multipath.Protocol.Primitives;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Subflows;

/// <summary>Asks a silent peer for an ACK: when its window is closed, or when it is idle (RFC 9293 sections 3.8.6.1 and 3.8.4).</summary>
/// <remarks>
/// The probe is a segment without payload whose number was acknowledged before: whatever the window, it has to be answered, and by a
/// peer that has forgotten the subflow with RST.
/// </remarks>
internal sealed class Prober(ControlBlock control, Sender sender)
{
    private const int MaxBackoff = 10;
    private Instant _lastHeardAt;
    private int _unanswered;
    private int _backoff;
    private bool _isAsking;

    /// <summary>Whether a probe is to be sent.</summary>
    public bool IsDue { get; private set; }

    /// <summary>The connection has data that this subflow's window has no room for.</summary>
    public bool IsBlocked { get; set; }

    public int Unanswered => _unanswered;

    public void Start(Instant now)
    {
        _lastHeardAt = now;
        if (control.Options.KeepAliveIdle > Duration.Zero)
        {
            control.Timers.Set(SubflowTimer.KeepAlive, now + control.Options.KeepAliveIdle);
        }
    }

    /// <summary>
    /// Asks whether the peer still knows of the subflow: it may be half open, its RST lost (RFC 9293 section 3.5.1). As with data, the
    /// subflow ends when nobody answers.
    /// </summary>
    /// <returns>Whether a probe is due.</returns>
    public bool Ask()
    {
        // What is outstanding asks already.
        if (_isAsking || sender.Recovery.Board.Count != 0)
        {
            return false;
        }

        return IsDue = _isAsking = true;
    }

    /// <summary>An acceptable segment came, or an answer to a probe.</summary>
    public void HandleHeard(Instant now)
    {
        _lastHeardAt = now;
        _unanswered = 0;
        _isAsking = false;
    }

    /// <summary>Arms or stops the persist timer as the window and what waits demand.</summary>
    public void Update(Instant now)
    {
        if (!control.IsSynchronized || !(sender.IsWindowClosed || (IsBlocked && sender.Recovery.Board.Count == 0)))
        {
            if (_backoff != 0 || control.Timers.IsSet(SubflowTimer.Persist))
            {
                control.Timers.Stop(SubflowTimer.Persist);
                _backoff = 0;
            }

            return;
        }

        if (!control.Timers.IsSet(SubflowTimer.Persist))
        {
            control.Timers.Set(SubflowTimer.Persist, now + Wait(_backoff));
        }
    }

    /// <summary>The window stayed closed, or too small for a full segment.</summary>
    public void HandlePersistTimer(Instant now)
    {
        _backoff++;
        if (sender.Peer.Edge - sender.Next > 0 && sender.Unsent > 0)
        {
            sender.OverridesSmallWindow = true;
        }
        else if (_unanswered > control.Options.Retries)
        {
            control.Finish(SubflowEnd.TimedOut);
            return;
        }
        else
        {
            IsDue = true;
        }

        Update(now);
    }

    public void HandleKeepAliveTimer(Instant now)
    {
        var options = control.Options;
        var due = _lastHeardAt + options.KeepAliveIdle;
        if (_isAsking)
        {
            HandleUnanswered();
        }
        else if (options.KeepAliveIdle <= Duration.Zero)
        {
            return;
        }
        else if (due > now || sender.Recovery.Board.Count != 0)
        {
            control.Timers.Set(SubflowTimer.KeepAlive, due > now ? due : now + options.KeepAliveInterval);
        }
        else if (_unanswered >= options.KeepAliveProbes)
        {
            control.Finish(SubflowEnd.TimedOut);
        }
        else
        {
            IsDue = true;
            control.Timers.Set(SubflowTimer.KeepAlive, now + options.KeepAliveInterval);
        }
    }

    public void Plan(ref SegmentPlan plan)
    {
        plan.Kind = SegmentKind.Probe;
        plan.Attempt = _unanswered;
        plan.Header.Seq = sender.Acked - 1;
        plan.Header.Flags = TcpFlags.None;
    }

    public void HandleSent(Instant now)
    {
        IsDue = false;
        if (_isAsking)
        {
            control.Timers.Set(SubflowTimer.KeepAlive, now + Wait(_unanswered));
        }

        _unanswered++;
    }

    private void HandleUnanswered()
    {
        if (_unanswered > control.Options.Retries)
        {
            control.Finish(SubflowEnd.TimedOut);
        }
        else
        {
            IsDue = true;
        }
    }

    private Duration Wait(int backoff) =>
        Duration.Shorter(new Duration(control.Rtt.BaseTimeout.Micros << Math.Min(backoff, MaxBackoff)), control.Options.MaxTimeout);
}
