using System.Collections.Immutable;
using System.Threading.Channels;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reflexes;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// What the loop needs of a data plane: to be told, to look, and to act. Called by the loop's thread, but where another is named.
/// </summary>
internal interface IDataPlane : IPathCommands, IDisposable
{
    /// <summary>What happens, in order.</summary>
    ChannelReader<MptcpEvent> Events { get; }

    /// <summary>All connections now; about a millisecond.</summary>
    PlaneSnapshot Snapshot();

    /// <summary>Whether this connection takes commands; false for one that the kernel manages, or that is gone.</summary>
    bool IsSteerable(uint token);

    /// <summary>
    /// Whether a join that was given up is to be closed. The kernel's is left to its timers: closing any subflow, even one that never
    /// carried a byte, makes it send all that is unacknowledged once more.
    /// </summary>
    bool ClosesJoins => false;

    /// <summary>Chooses packet schedulers; null where there is one for all connections.</summary>
    ISchedulerControl? Schedulers => null;

    /// <summary>Chooses the packet scheduler of all connections to come, where each has no choice of its own; null where none is.</summary>
    IHostScheduler? HostScheduler => null;

    /// <summary>The programs that own sockets, by inode; slow, and may be called from any thread.</summary>
    IReadOnlyDictionary<uint, string> ProcessesOf(IReadOnlySet<uint> inodes);

    /// <summary>The kernel's counters by name.</summary>
    ImmutableSortedDictionary<string, ulong> Counters();

    /// <summary>A probe of its own for the thread that watches subflows.</summary>
    ISubflowProbe OpenProbe();
}

/// <summary>Measures known subflows, often and without allocation.</summary>
internal interface ISubflowProbe : IDisposable
{
    /// <summary>Measures these.</summary>
    /// <param name="subflows">Which.</param>
    /// <param name="readings">Of each, at its place.</param>
    void Read(ReadOnlySpan<SubflowSocket> subflows, Span<SubflowReading> readings);
}

/// <summary>One subflow measured.</summary>
/// <param name="Found">False when it is gone.</param>
/// <param name="Sample">Its measurements.</param>
internal readonly record struct SubflowReading(bool Found, SubflowSample Sample);

/// <summary>All connections at one moment.</summary>
internal sealed record PlaneSnapshot(ImmutableArray<PlaneConnection> Connections);

/// <summary>A connection as the data plane holds it.</summary>
/// <param name="Token">The local token.</param>
/// <param name="ServerSide">True when the peer opened it.</param>
/// <param name="Tuple">The ends that the program sees.</param>
/// <param name="Inode">Of its socket; 0 when unknown.</param>
/// <param name="Subflows">Its subflows, those being connected included.</param>
internal sealed record PlaneConnection(uint Token, bool ServerSide, FourTuple Tuple, uint Inode, ImmutableArray<PlaneSubflow> Subflows);

/// <summary>A subflow as the data plane holds it.</summary>
/// <param name="Tuple">Its ends, as commands need them.</param>
/// <param name="LocalId">Address id at this end.</param>
/// <param name="RemoteId">Address id at the peer's end.</param>
/// <param name="Backup">This end asked for backup.</param>
/// <param name="Established">False while the join is under way.</param>
/// <param name="Sample">Its measurements.</param>
internal sealed record PlaneSubflow(
    FourTuple Tuple, byte LocalId, byte RemoteId, bool Backup, bool Established, SubflowSample Sample);
