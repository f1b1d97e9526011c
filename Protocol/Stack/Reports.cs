using Multipath.Protocol.Connection;

namespace Multipath.Protocol;

/// <summary>Puts the numbers of connections and subflows together.</summary>
internal static class Reports
{
    /// <summary>A connection's numbers.</summary>
    public static bool TryDescribe(MptcpConnection? connection, out ConnectionInfo info)
    {
        info = default;
        if (connection is null)
        {
            return false;
        }

        var s = connection.Session;
        info = new ConnectionInfo
        {
            Token = s.Token,
            State = State(connection),
            IsMultipath = s.Mode == Mode.Multipath,
            ServerSide = s.ServerSide,
            Checksum = s.Checksum,
            Tuple = s.FirstTuple,
            Subflows = s.MemberCount,
            SubflowsJoined = s.Counters.SubflowsJoined,
            BytesWritten = s.Counters.BytesWritten,
            BytesAcknowledged = s.Counters.BytesAcknowledged,
            BytesReceived = s.Counters.BytesReceived,
            BytesReinjected = s.Counters.BytesReinjected,
            BytesDuplicated = s.Counters.BytesDuplicated,
            BytesDropped = s.Receive.Dropped,
            Unsent = (int)Math.Max(0, s.Send.End - s.Unsent),
            InFlight = (int)Math.Max(0, s.Unsent - s.Peer.Acknowledged),
            SendWindow = Math.Max(0, s.Peer.Edge - s.Unsent),
            Unread = s.Receive.Available,
            ReceiveWindow = s.Receive.WindowSize,
            ChecksumFailures = s.Counters.ChecksumFailures,
            LastProgress = s.Counters.LastProgress,
            Reason = connection.Reason,
        };
        return true;
    }

    /// <summary>The numbers of a connection's subflows.</summary>
    /// <returns>How many were written.</returns>
    public static int DescribeSubflows(MptcpConnection? connection, Span<SubflowInfo> destination)
    {
        var count = 0;
        foreach (var m in connection?.Session.Members ?? [])
        {
            if (m is not null && count < destination.Length)
            {
                destination[count++] = Describe(m);
            }
        }

        return count;
    }

    /// <summary>The numbers of a subflow.</summary>
    public static SubflowInfo Describe(Member m)
    {
        var tcp = m.Tcp.GetStatistics();
        return new SubflowInfo
        {
            Tuple = m.Tuple,
            LocalId = m.LocalId,
            RemoteId = m.RemoteId,
            Established = m.IsUsable,
            Closing = m.IsClosing || m.Tcp.State.IsOver(),
            Backup = m.Backup,
            PeerBackup = m.PeerBackup,
            Stale = m.IsStale,
            Srtt = tcp.SmoothedRtt,
            RttVar = tcp.RttVariance,
            MinRtt = tcp.MinRtt,
            CongestionWindow = tcp.CongestionWindow,
            SlowStartThreshold = tcp.SlowStartThreshold,
            InFlight = tcp.InFlight,
            Outstanding = Math.Max(0, m.QueuedBytes - tcp.Unsent),
            Mss = tcp.Mss,
            Queued = tcp.Unsent,
            PacingRate = (long)tcp.PacingRate,
            DeliveryRate = (long)tcp.DeliveryRate,
            BytesSent = tcp.BytesSent,
            BytesReceived = tcp.BytesReceived,
            BytesAcknowledged = tcp.BytesDelivered,
            Retransmissions = tcp.Retransmissions,
            Lost = tcp.SegmentsLost,
            Timeouts = tcp.Timeouts,
            BytesRetransmitted = tcp.BytesRetransmitted,
            LastHeard = m.HeardAt,
            LastDataReceived = m.DataHeardAt,
            LastDataSent = m.DataSentAt,
        };
    }

    private static ConnectionState State(MptcpConnection connection)
    {
        if (connection.IsOver)
        {
            return ConnectionState.Closed;
        }

        if (!connection.IsConnected)
        {
            return ConnectionState.Connecting;
        }

        var ends = connection.Session.Ends;
        return ends.IsClosing || ends.IsPeerClosing ? ConnectionState.Closing : ConnectionState.Established;
    }
}
