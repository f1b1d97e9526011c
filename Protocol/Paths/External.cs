using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Paths;

/// <summary>
/// Decides nothing: an agent outside gives the commands and sees the events (the kernel's path_manager "userspace",
/// net/mptcp/pm_userspace.c). Joins of the peer are let in, up to the stack's own limits.
/// </summary>
public sealed class External : IPathManager
{
    /// <summary>It has no state, so one serves all connections.</summary>
    public static External Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "external";

    /// <inheritdoc/>
    public void HandleEstablished(FourTuple first, bool peerRefusesJoins, ICollection<PathCommand> commands)
    {
    }

    /// <inheritdoc/>
    public bool HandleJoin() => true;

    /// <inheritdoc/>
    public void HandleSubflowEstablished(byte localId, byte remoteId, FourTuple tuple, ICollection<PathCommand> commands)
    {
    }

    /// <inheritdoc/>
    public void HandleSubflowClosed(FourTuple tuple, ICollection<PathCommand> commands)
    {
    }

    /// <inheritdoc/>
    public void HandleAnnounced(byte remoteId, Endpoint address, ICollection<PathCommand> commands)
    {
    }

    /// <inheritdoc/>
    public void HandleEchoed(byte localId, ICollection<PathCommand> commands)
    {
    }

    /// <inheritdoc/>
    public void HandleRemoved(byte remoteId)
    {
    }
}
