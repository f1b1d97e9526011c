using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire;
using Multipath.Protocol.Wire.Mptcp;

namespace Multipath.Protocol.Connection;

/// <summary>
/// Ends a connection at once so that the peer surely learns of it (RFC 8684 section 3.5, option A): MP_FASTCLOSE on an ACK of one
/// subflow, again after each timeout, until the peer answers with RST. Nothing else is kept of the connection meanwhile.
/// </summary>
internal sealed class FastClosing(Session s)
{
    /// <summary>Times that MP_FASTCLOSE is sent again; then comes an RST with it, whatever the peer has heard.</summary>
    public const int Retransmissions = 3;

    private Member? _carrier;
    private int _sent;

    /// <summary>When MP_FASTCLOSE is sent again.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>It waits for the answer (FASTCLOSE_WAIT).</summary>
    public bool IsWaiting => _carrier is { } carrier && !carrier.Tcp.State.IsOver();

    /// <summary>The subflow that can carry the option; null when only resets can.</summary>
    public Member? FindCarrier() => s.IsConfirmed || s.ServerSide ? Signalling.FindCarrier(s) : null;

    /// <summary>Begins.</summary>
    /// <param name="carrier">The subflow that carries the option.</param>
    public void Begin(Member carrier)
    {
        _carrier = carrier;
        carrier.Tcp.Mute();
        carrier.Signals.Clear();
        carrier.Signals.Set(new MpFastClose(s.Keys!.Remote));
        carrier.SignalsInRow = 0;
        carrier.Tcp.RequestAck();
        Deadline = Instant.Never;
        _sent = 0;
    }

    /// <summary>Sets when the peer is to have answered; the round trip of the subflow tells.</summary>
    public void Schedule(Instant now)
    {
        if (IsWaiting && Deadline == Instant.Never)
        {
            Deadline = now + _carrier!.Tcp.Rtt.BaseTimeout;
        }
        else if (!IsWaiting)
        {
            Deadline = Instant.Never;
        }
    }

    /// <summary>The peer has not answered in time.</summary>
    public void HandleTimeout(Instant now)
    {
        if (Deadline > now || !IsWaiting)
        {
            return;
        }

        Deadline = Instant.Never;
        _carrier!.Signals.Set(new MpFastClose(s.Keys!.Remote));
        _carrier.SignalsInRow = 0;
        if (_sent++ < Retransmissions)
        {
            _carrier.Tcp.RequestAck();
        }
        else
        {
            _carrier.Tcp.Abort();
        }
    }

    /// <summary>
    /// Takes a segment: RST is the answer; MP_FASTCLOSE says that the peer had the same idea, and is answered with RST. The rest is late.
    /// </summary>
    public void Handle(Member m, in ParsedPacket packet, Instant now)
    {
        var outcome = m.Tcp.HandleSegment(packet, now);
        ref readonly var options = ref packet.Options.Mptcp;
        if (m == _carrier && outcome.Has(SegmentEvents.Acceptable) && options.Has(MptcpKinds.FastClose)
            && options.FastClose.ReceiverKey == s.Keys!.Local)
        {
            m.Tcp.Abort();
        }
    }
}
