using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;
using FourTuple = Multipath.Agent.DataPlanes.Kernel.FourTuple;

namespace Multipath.Agent.Verbs;

/// <summary>
/// The JSON of a connection. Its shape is stable: names are added, never changed. What a plane does not know is null and left out.
/// Plane is <c>kernel</c>, or <c>tun:</c> and the interface of a userspace stack; Multipath is false for plain TCP on such a stack, of the
/// kernel only Multipath TCP is shown.
/// </summary>
internal sealed record ConnectionView(string Plane, bool Multipath, string Token, string Role, string Local, string Remote, int? ProcessId,
    string? Program, uint? UserId, ulong BytesSent, ulong BytesReceived, ulong OutstandingBytes, uint? Retransmits,
    IReadOnlyList<SubflowView> Subflows)
{
    /// <summary>The kernel's plane.</summary>
    internal const string Kernel = "kernel";

    /// <summary>One of a userspace stack.</summary>
    internal static ConnectionView Of(string plane, in ConnectionInfo info, ReadOnlySpan<SubflowInfo> subflows, Instant now)
    {
        var views = new SubflowView[subflows.Length];
        for (var i = 0; i < views.Length; i++)
        {
            views[i] = SubflowView.Of(subflows[i], now);
        }

        var (local, remote) = SubflowView.Ends(PlaneReader.Convert(info.Tuple));
        return new ConnectionView(
            plane, info.IsMultipath, Values.Hex(info.Token), info.ServerSide ? "server" : "client", local, remote, null, null, null,
            (ulong)info.BytesWritten - (ulong)info.Unsent, (ulong)info.BytesReceived, (ulong)info.InFlight, null, views);
    }

    internal static ConnectionView Of(MptcpConnection connection, SocketOwner? owner) => new(
        Kernel,
        true,
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

/// <summary>The JSON of a subflow. Cwnd is in segments; of a userspace stack, which counts bytes, about that.</summary>
internal sealed record SubflowView(string Local, string Remote, byte LocalId, byte RemoteId, bool BackupByUs, bool BackupByPeer,
    string? Congestion, uint RttUs, uint RttVarUs, uint MinRttUs, uint? RtoUs, uint Cwnd, uint UnackedSegments, uint? LostSegments,
    uint TotalRetransmits, ulong BytesSent, ulong BytesAcked, ulong BytesReceived, uint NotSentBytes, ulong DeliveryBytesPerSecond,
    uint LastAckReceivedMs, uint LastDataSentMs)
{
    internal static SubflowView Of(Subflow subflow)
    {
        var (stats, tcp) = (subflow.Stats, subflow.Stats.Tcp);
        var (local, remote) = Ends(subflow.Tuple);
        return new SubflowView(
            local, remote, stats.LocalId, stats.RemoteId, stats.BackupByUs, stats.BackupByPeer, subflow.Congestion, tcp.RttUs, tcp.RttVarUs,
            tcp.MinRttUs, tcp.RtoUs, tcp.Cwnd, tcp.UnackedSegments, tcp.LostSegments, tcp.TotalRetransmits, tcp.BytesSent, tcp.BytesAcked,
            tcp.BytesReceived, tcp.NotSentBytes, tcp.DeliveryBytesPerSecond, tcp.LastAckReceivedMs, tcp.LastDataSentMs);
    }

    /// <summary>One of a userspace stack.</summary>
    internal static SubflowView Of(in SubflowInfo info, Instant now)
    {
        var sample = PlaneReader.Sample(info, now);
        var (local, remote) = Ends(PlaneReader.Convert(info.Tuple));
        return new SubflowView(
            local, remote, info.LocalId, info.RemoteId, info.Backup, info.PeerBackup, null, sample.RttUs, sample.RttVarUs, sample.MinRttUs,
            null, (uint)(info.CongestionWindow / Math.Max(1, info.Mss)), sample.UnackedSegments, null, (uint)info.Retransmissions,
            sample.BytesSent, sample.BytesAcked, sample.BytesReceived, (uint)info.Queued, sample.DeliveryBytesPerSecond, sample.LastAckMs,
            sample.LastDataSentMs);
    }

    internal static (string Local, string Remote) Ends(in FourTuple tuple) =>
        (FourTuple.Show(tuple.LocalAddress, tuple.LocalPort), FourTuple.Show(tuple.RemoteAddress, tuple.RemotePort));
}
