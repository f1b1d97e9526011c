using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;

namespace Multipath.Agent.Hosting;

/// <summary>
/// Shows one invented connection and takes every action. Each is also put to the real data plane, so that its code is compiled as well,
/// on a token
/// that no connection ever has.
/// </summary>
internal sealed class RehearsalPlane(IDataPlane real, PlaneConnection connection) : IDataPlane
{
    /// <summary>The kernel never gives it out: it marks a connection without token.</summary>
    public const uint Token = 0;

    public ChannelReader<MptcpEvent> Events { get; } = Channel.CreateBounded<MptcpEvent>(1).Reader;

    public PlaneSnapshot Snapshot()
    {
        _ = real.Snapshot();
        return new PlaneSnapshot([connection]);
    }

    public bool IsSteerable(uint token)
    {
        _ = real.IsSteerable(Token);
        return true;
    }

    public KernelError? Create(uint token, PmAddress local, PmAddress remote)
    {
        _ = real.Create(Token, local, remote);
        return null;
    }

    public KernelError? Destroy(uint token, in FourTuple subflow)
    {
        _ = real.Destroy(Token, subflow);
        return null;
    }

    public KernelError? SetBackup(uint token, in FourTuple subflow, bool backup)
    {
        _ = real.SetBackup(Token, subflow, backup);
        return null;
    }

    public KernelError? Announce(uint token, IPAddress address, byte id, ushort port = 0)
    {
        _ = real.Announce(Token, address, id, port);
        return null;
    }

    public KernelError? Withdraw(uint token, byte localId)
    {
        _ = real.Withdraw(Token, localId);
        return null;
    }

    public IReadOnlyDictionary<uint, string> ProcessesOf(IReadOnlySet<uint> inodes) => ImmutableDictionary<uint, string>.Empty;

    public ImmutableSortedDictionary<string, ulong> Counters() => real.Counters();

    public ISubflowProbe OpenProbe() => real.OpenProbe();

    public void Dispose()
    {
    }
}
