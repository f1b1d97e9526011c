using System.Net;
using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>What Realise remembers between two calls, by connection; connections that are gone are forgotten.</summary>
/// <param name="Connections">Ordered by token; only those with something to remember.</param>
public sealed record RealiseMemory(EquatableArray<ConnectionMemory> Connections)
{
    /// <summary>Nothing was done yet.</summary>
    public static RealiseMemory Empty { get; } = new([]);

    /// <summary>The data plane refused <paramref name="action"/>: it is tried again later, and later still the next time.</summary>
    /// <param name="action">An action that Realise asked for.</param>
    /// <param name="reason">What the data plane said; empty is taken as unknown.</param>
    /// <param name="now">The time.</param>
    public RealiseMemory ActionFailed(DataPlaneAction action, string reason, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(action);
        return Update(action.Token, memory => memory.Failed(action, reason, now));
    }

    /// <summary>
    /// A subflow closed. The first time it is made again at once when a reflex closed it, after a moment when it closed by itself; then
    /// ever later until it stays. A closing that Realise asked for is recognised and costs nothing.
    /// </summary>
    /// <param name="token">The connection.</param>
    /// <param name="path">The local path.</param>
    /// <param name="byReflex">True when the agent's own reflex closed it because what was sent on it was not acknowledged.</param>
    /// <param name="now">The time.</param>
    /// <param name="remote">The peer's end, if known: then other joins on the path stay pending.</param>
    public RealiseMemory SubflowClosed(uint token, PathKey path, bool byReflex, DateTimeOffset now, IPEndPoint? remote = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Update(token, memory => memory.Closed(path, remote, byReflex, now));
    }

    internal ConnectionMemory Of(uint token) => Connections.FirstOrDefault(c => c.Token == token) ?? ConnectionMemory.Of(token);

    private RealiseMemory Update(uint token, Func<ConnectionMemory, ConnectionMemory> change)
    {
        var changed = change(Of(token));
        return new(Connections.Where(c => c.Token != token).Append(changed).OrderBy(c => c.Token).ToEquatableArray());
    }
}

/// <summary>A subflow that was asked for and is not established yet.</summary>
/// <param name="Path">The local path.</param>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="LocalId">The address id that it was given.</param>
/// <param name="Since">When it was asked for.</param>
public sealed record PendingSubflow(PathKey Path, IPEndPoint Remote, byte LocalId, DateTimeOffset Since);

/// <summary>Which subflow.</summary>
/// <param name="Local">Local address and port.</param>
/// <param name="Remote">The peer's address and port.</param>
public sealed record SubflowEnds(IPEndPoint Local, IPEndPoint Remote);

/// <summary>A path as one connection knows it.</summary>
/// <param name="Path">The path.</param>
/// <param name="LocalId">The address id that the data plane holds for it; 0 when it holds none.</param>
/// <param name="Failures">Closings and failures in a row.</param>
/// <param name="NotBefore">No new subflow before this.</param>
/// <param name="Closing">Subflows that Realise asked to destroy and whose closing was not told yet.</param>
/// <param name="Announced">The peer was told of the address.</param>
public sealed record PathMemory(
    PathKey Path, byte LocalId, int Failures, DateTimeOffset NotBefore, int Closing, bool Announced = false)
{
    internal static PathMemory Of(PathKey path) => new(path, 0, 0, DateTimeOffset.MinValue, 0);
}

/// <summary>What was tried.</summary>
public enum HeldKind
{
    /// <summary>Opening a subflow; the local port is 0.</summary>
    Create,

    /// <summary>Closing one.</summary>
    Destroy,

    /// <summary>Changing its priority.</summary>
    Priority,

    /// <summary>Telling the peer of an address; both ports are 0.</summary>
    Announce,
}

/// <summary>Something that failed and is not tried again for a while.</summary>
/// <param name="Kind">What was tried.</param>
/// <param name="Local">Local address and port.</param>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="Failures">How often in a row.</param>
/// <param name="NotBefore">Not again before this.</param>
/// <param name="Reason">What the data plane said.</param>
public sealed record HeldAction(
    HeldKind Kind, IPEndPoint Local, IPEndPoint Remote, int Failures, DateTimeOffset NotBefore, string Reason);
