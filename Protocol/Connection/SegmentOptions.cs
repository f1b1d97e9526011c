using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;
using Multipath.Protocol.Wire.Mptcp;
using Multipath.Protocol.Wire.Tcp;

namespace Multipath.Protocol.Connection;

/// <summary>Puts the options of Multipath TCP on the segments that subflows send.</summary>
/// <remarks>
/// A SYN has MP_CAPABLE or MP_JOIN, a reset its reason, every other segment a data ACK, with payload its mapping, and what waits and
/// fits.
/// </remarks>
internal static class SegmentOptions
{
    /// <summary>The mapping of a planned segment's chunk.</summary>
    public static DssMap MapOf(in SegmentPlan plan) => new(
        plan.Chunk.Dsn,
        new Seq32(plan.ChunkSsn),
        (ushort)(plan.Chunk.Length + (plan.Chunk.HasDataFin ? 1 : 0)),
        plan.Chunk.HasDataFin,
        plan.Chunk.Checksum);

    /// <summary>Bytes that a data segment's DSS takes, not padded.</summary>
    public static int DataLength(Session s)
    {
        const int HeaderAndMap = 10;
        var wide = !s.Options.ShortSequenceNumbers;
        return HeaderAndMap + (wide ? 8 : 4) + (wide || s.PeerIsWide ? 8 : 4) + (s.Checksum ? 2 : 0);
    }

    /// <summary>Bytes that an ACK's DSS takes.</summary>
    public static int AckLength(Session s) => 4 + (!s.Options.ShortSequenceNumbers || s.PeerIsWide ? 8 : 4);

    /// <summary>Adds the options to a planned segment.</summary>
    public static void Fill(Session s, Member m, ref SegmentPlan plan, Instant now)
    {
        ref var options = ref plan.Header.Options;
        switch (plan.Kind)
        {
            case SegmentKind.Syn when m.Join == JoinPhase.None:
                Opening.AddToSyn(s, plan.Attempt, ref options);
                return;
            case SegmentKind.Syn:
                Joining.AddToSyn(s, m, ref options);
                return;
            case SegmentKind.Reset:
                AddReset(s, m, ref options);
                return;
            case var _ when s.Mode == Mode.Multipath:
                AddSignal(s, m, ref plan, now);
                return;
            case var _ when s.OwesInfiniteMap && plan.PayloadLength > 0:
                options.Mptcp.Set(default(Dss).WithMap(plan.Chunk.Dsn, plan.ChunkSsn, 0, !s.Options.ShortSequenceNumbers));
                return;
            case var _ when m.Signals.Any:
                m.Signals.MoveTo(ref options.Mptcp, TcpOptions.MaxLength - options.Length, isBare: true);
                return;
        }
    }

    private static void AddReset(Session s, Member m, ref TcpOptions options)
    {
        if (s.Mode == Mode.Multipath && m.ResetToSend is { } reset)
        {
            options.Mptcp.Set(reset);
        }

        if (m.Signals.Any)
        {
            m.Signals.MoveTo(ref options.Mptcp, TcpOptions.MaxLength - options.Length, isBare: true);
        }
    }

    private static void AddSignal(Session s, Member m, ref SegmentPlan plan, Instant now)
    {
        ref var options = ref plan.Header.Options;
        if (m.Join == JoinPhase.Proved)
        {
            options.Sack = default;
            options.Mptcp.Set(Joining.Proof(s, m));
            return;
        }

        // Until the peer has shown that it knows both keys they are repeated: without data, and with the first data.
        if (!s.ServerSide && !s.IsConfirmed && m.Join == JoinPhase.None && (plan.PayloadLength == 0 || plan.ChunkSsn == 1))
        {
            options.Sack = default;
            options.Mptcp.Set(Opening.Proof(s, plan));
            return;
        }

        // A probe is answered, but its options are not read.
        var signals = m.Signals.Any && plan.PayloadLength == 0 && plan.Kind != SegmentKind.Probe && m.MaySignal;
        if (signals && m.ToldDataAck == s.DataAck && !FitsBesideAck(s, m, options))
        {
            // The largest ADD_ADDR leaves no room for a data ACK, and one of IPv6 with a port not even for timestamps (as in Linux:
            // net.mptcp.add_addr_v6_port_drop_ts). It goes when there is no data ACK to tell: to the peer, an ACK of data without one
            // means that options are stripped on the way (section 3.7).
            options.Sack = default;
            if (options.Length + m.Signals.Largest > TcpOptions.MaxLength)
            {
                options.Timestamps = null;
            }

            m.Signals.MoveTo(ref options.Mptcp, TcpOptions.MaxLength - options.Length, isBare: true);
            if (options.Mptcp.Kinds != MptcpKinds.None)
            {
                m.SignalsInRow++;
                return;
            }
        }

        AddDss(s, m, ref plan, now);
        if (signals)
        {
            // A signal that found no room behind the selective acknowledgments would ask for one bare ACK after the other.
            FitSack(ref options, Padded(m.Signals.Largest));
            m.Signals.MoveTo(ref options.Mptcp, TcpOptions.MaxLength - options.Length, isBare: false);
            m.SignalsInRow += options.Mptcp.HasSignal ? 1 : 0;
        }

        FitSack(ref options, reserved: 0);
    }

    private static void AddDss(Session s, Member m, ref SegmentPlan plan, Instant now)
    {
        var wide = !s.Options.ShortSequenceNumbers;
        var dss = Dss.Ack(s.DataAck, wide || s.PeerIsWide);
        if (plan.PayloadLength > 0)
        {
            var map = MapOf(plan);
            dss = dss.WithMap(map.Dsn, map.Ssn.Value, map.WireLength, wide);
            if (map.DataFin)
            {
                dss = dss.WithDataFin();
            }

            if (s.Checksum)
            {
                dss = dss.WithChecksum(MapChecksum.Of(map, plan.Chunk.Checksum));
            }
        }
        else if (s.Ends.IsOwed && s.Unsent == s.Send.End && m.IsUsable && plan.Kind != SegmentKind.Probe)
        {
            var map = new DssMap(s.Ends.LocalEnd, new Seq32(0), 1, true, 0);
            dss = dss.WithMap(map.Dsn, 0, 1, wide).WithDataFin();
            if (s.Checksum)
            {
                dss = dss.WithChecksum(MapChecksum.Of(map, 0));
            }

            s.Ends.HandleSent(now, m.Tcp.Rtt.BaseTimeout, m.Slot);
        }

        m.ToldDataAck = plan.Kind == SegmentKind.Probe ? m.ToldDataAck : s.DataAck;
        plan.Header.Options.Mptcp.Set(dss);
    }

    private static bool FitsBesideAck(Session s, Member m, in TcpOptions options)
    {
        var plain = options.Timestamps is null ? 0 : 12;
        return plain + AckLength(s) + Padded(m.Signals.Largest) <= TcpOptions.MaxLength;
    }

    private static int Padded(int length) => (length + 3) & ~3;

    // Fewer blocks say less; they are told again with the next ACK (RFC 2018 section 4).
    private static void FitSack(ref TcpOptions options, int reserved)
    {
        while (options.Length + reserved > TcpOptions.MaxLength && options.Sack.Count > 0)
        {
            var fewer = default(SackBlocks);
            for (var i = 0; i < options.Sack.Count - 1; i++)
            {
                fewer.TryAdd(options.Sack[i]);
            }

            options.Sack = fewer;
        }
    }
}
