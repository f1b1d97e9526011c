using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reflexes;

namespace Multipath.Agent.Reconcile;

/// <summary>The kernel's MPTCP of one network namespace as the loop's data plane.</summary>
/// <param name="kernel">Owned from now on.</param>
/// <param name="scheduler">Sets the sysctl; null to leave it alone.</param>
internal sealed class KernelPlane(KernelDataPlane kernel, IHostScheduler? scheduler = null) : IDataPlane
{
    public IHostScheduler? HostScheduler => scheduler;

    public ChannelReader<MptcpEvent> Events => kernel.Events;

    public PlaneSnapshot Snapshot() => new([.. kernel.Snapshot().Connections.Where(one => !one.Info.Fallback).Select(Convert)]);

    public bool IsSteerable(uint token)
    {
        try
        {
            // The question is allowed on connections under the userspace path manager alone.
            _ = kernel.PathManager.LocalAddresses(token);
            return true;
        }
        catch (KernelException)
        {
            return false;
        }
    }

    public KernelError? Create(uint token, PmAddress local, PmAddress remote) => kernel.CreateSubflow(token, local, remote);

    public KernelError? Destroy(uint token, in FourTuple subflow) => kernel.DestroySubflow(token, subflow);

    public KernelError? SetBackup(uint token, in FourTuple subflow, bool backup) => kernel.SetBackup(token, subflow, backup);

    public KernelError? Announce(uint token, IPAddress address, byte id, ushort port = 0) =>
        kernel.Announce(token, address, id, port);

    public KernelError? Withdraw(uint token, byte localId) => kernel.Withdraw(token, localId);

    public IReadOnlyDictionary<uint, string> ProcessesOf(IReadOnlySet<uint> inodes) =>
        SocketOwners.Find(inodes).ToDictionary(owner => owner.Key, owner => owner.Value.Name);

    public ImmutableSortedDictionary<string, ulong> Counters() => MptcpCounters.Read(kernel.Netns)
        .Where(counter => counter.Value > 0)
        .ToImmutableSortedDictionary(counter => counter.Key, counter => (ulong)counter.Value, StringComparer.Ordinal);

    public ISubflowProbe OpenProbe() => new Probe(kernel.OpenProbe());

    public void Dispose() => kernel.Dispose();

    private static PlaneConnection Convert(MptcpConnection held) => new(
        held.Token,
        held.IsServer,
        held.Tuple,
        held.Inode,
        [
            .. held.Subflows.Where(one => one.Stats.CanSend || IsBegun(one)).Select(one => new PlaneSubflow(
                one.Tuple,
                one.LocalId,
                one.RemoteId,
                one.Stats.BackupByUs,
                one.Stats.CanSend,
                Convert(one.Stats.Tcp))),
        ]);

    /// <summary>Neither this nor able to send is a subflow on its way out; the initial one may stay so for minutes.</summary>
    private static bool IsBegun(Subflow subflow) => subflow.Stats.Tcp.State is TcpState.SynSent or TcpState.SynReceived;

    /// <summary>
    /// What a subflow waits for that has sent its FIN is that alone: its data went elsewhere, and the last data, long ago perhaps, does not
    /// say since when.
    /// </summary>
    internal static SubflowSample Convert(in TcpInfo tcp) => new()
    {
        UnackedSegments = tcp.State is TcpState.FinWait1 or TcpState.LastAck or TcpState.Closing ? 0 : tcp.UnackedSegments,
        LastAckMs = tcp.LastAckReceivedMs,
        LastDataSentMs = tcp.LastDataSentMs,
        LastDataReceivedMs = tcp.LastDataReceivedMs,
        RttUs = tcp.RttUs,
        MinRttUs = tcp.MinRttUs,
        RttVarUs = tcp.RttVarUs,
        BytesAcked = tcp.BytesAcked,
        BytesSent = tcp.BytesSent,
        BytesReceived = tcp.BytesReceived,
        BytesRetransmitted = tcp.BytesRetransmitted,
        DeliveryBytesPerSecond = tcp.DeliveryBytesPerSecond,
    };

    private sealed class Probe(SockDiag sockets) : ISubflowProbe
    {
        public void Read(ReadOnlySpan<SubflowSocket> subflows, Span<SubflowReading> readings)
        {
            readings.Clear();
            sockets.Read(subflows, readings, static (int index, in SubflowStats stats, Span<SubflowReading> all) =>
                all[index] = new SubflowReading(true, Convert(stats.Tcp)));
        }

        public void Dispose() => sockets.Dispose();
    }
}
