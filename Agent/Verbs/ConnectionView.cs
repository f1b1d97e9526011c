using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Verbs;

/// <summary>The JSON of a connection. Its shape is stable: names are added, never changed.</summary>
internal sealed record ConnectionView(string Token, string Role, string Local, string Remote, int? ProcessId, string? Program, uint UserId,
    ulong BytesSent, ulong BytesReceived, ulong OutstandingBytes, uint Retransmits, IReadOnlyList<SubflowView> Subflows)
{
    internal static ConnectionView Of(MptcpConnection connection, SocketOwner? owner) => new(
        Values.Hex(connection.Token),
        connection.Role.ToString().ToLowerInvariant(),
        FourTuple.Show(connection.Tuple.LocalAddress, connection.Tuple.LocalPort),
        FourTuple.Show(connection.Tuple.RemoteAddress, connection.Tuple.RemotePort),
        owner?.ProcessId,
        owner?.Name,
        connection.UserId,
        connection.Info.BytesSent,
        connection.Info.BytesReceived,
        connection.Info.OutstandingBytes,
        connection.Info.Retransmits,
        [.. connection.Subflows.Select(SubflowView.Of)]);
}

/// <summary>The JSON of a subflow.</summary>
internal sealed record SubflowView(string Local, string Remote, byte LocalId, byte RemoteId, bool BackupByUs, bool BackupByPeer,
    string Congestion, uint RttUs, uint RttVarUs, uint MinRttUs, uint RtoUs, uint Cwnd, uint UnackedSegments, uint LostSegments,
    uint TotalRetransmits, ulong BytesSent, ulong BytesAcked, ulong BytesReceived, uint NotSentBytes, ulong DeliveryBytesPerSecond,
    uint LastAckReceivedMs, uint LastDataSentMs)
{
    internal static SubflowView Of(Subflow subflow)
    {
        var (tuple, stats, tcp) = (subflow.Tuple, subflow.Stats, subflow.Stats.Tcp);
        return new SubflowView(
            FourTuple.Show(tuple.LocalAddress, tuple.LocalPort),
            FourTuple.Show(tuple.RemoteAddress, tuple.RemotePort),
            stats.LocalId, stats.RemoteId, stats.BackupByUs, stats.BackupByPeer, subflow.Congestion, tcp.RttUs, tcp.RttVarUs, tcp.MinRttUs,
            tcp.RtoUs, tcp.Cwnd, tcp.UnackedSegments, tcp.LostSegments, tcp.TotalRetransmits, tcp.BytesSent, tcp.BytesAcked,
            tcp.BytesReceived, tcp.NotSentBytes, tcp.DeliveryBytesPerSecond, tcp.LastAckReceivedMs, tcp.LastDataSentMs);
    }
}
