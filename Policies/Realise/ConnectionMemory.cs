using System.Net;
using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>What Realise remembers of one connection.</summary>
/// <param name="Token">The connection.</param>
/// <param name="Paths">Paths with an address id or a failure.</param>
/// <param name="Pending">Subflows that are under way.</param>
/// <param name="Held">What failed and waits.</param>
/// <param name="RetiredIds">Address ids that were withdrawn or closed, so that a new subflow is not taken for the old one.</param>
public sealed record ConnectionMemory(
    uint Token,
    EquatableArray<PathMemory> Paths,
    EquatableArray<PendingSubflow> Pending,
    EquatableArray<HeldAction> Held,
    EquatableArray<byte> RetiredIds)
{
    /// <summary>More failures than this are not told apart: the wait is at its longest.</summary>
    private const int MaxFailures = 16;

    private const int MaxHeld = 64;

    /// <summary>An address is announced to the peer, not to one of its ends.</summary>
    private static readonly IPEndPoint Everyone = new(IPAddress.Any, 0);

    /// <summary>Its planned handovers.</summary>
    public HandoverMemory Handovers { get; init; } = HandoverMemory.None;

    /// <summary>Subflows that the peer made within the limit, oldest first; only of a connection that the peer opened.</summary>
    public EquatableArray<SubflowEnds> Joined { get; init; } = [];

    /// <summary>Addresses that are to be withdrawn when what is under way on their dead paths has had time to arrive.</summary>
    public EquatableArray<LateWithdrawal> Withdrawals { get; init; } = [];

    internal bool IsEmpty => Paths.IsEmpty && Pending.IsEmpty && Held.IsEmpty && RetiredIds.IsEmpty && Joined.IsEmpty
        && Withdrawals.IsEmpty && Handovers == HandoverMemory.None;

    internal static ConnectionMemory Of(uint token) => new(token, [], [], [], []);

    internal PathMemory Path(PathKey path) => Paths.FirstOrDefault(p => p.Path == path) ?? PathMemory.Of(path);

    /// <summary>When <paramref name="kind"/> may be tried (again) between these endpoints.</summary>
    internal DateTimeOffset NotBefore(HeldKind kind, IPEndPoint local, IPEndPoint remote) =>
        Find(kind, local, remote)?.NotBefore ?? DateTimeOffset.MinValue;

    /// <summary>When a subflow may be made on <paramref name="path"/> to <paramref name="remote"/>.</summary>
    internal DateTimeOffset CreateNotBefore(PathKey path, IPEndPoint remote)
    {
        var (byPath, byPair) = (Path(path).NotBefore, NotBefore(HeldKind.Create, Any(path), remote));
        return byPath > byPair ? byPath : byPair;
    }

    /// <summary>When the address of <paramref name="path"/> may be announced.</summary>
    internal DateTimeOffset AnnounceNotBefore(PathKey path) => NotBefore(HeldKind.Announce, Any(path), Everyone);

    internal ConnectionMemory Created(PathKey path, IPEndPoint remote, byte id, DateTimeOffset now) =>
        With(Path(path) with { LocalId = id }) with
        {
            Pending = Pending.Append(new PendingSubflow(path, remote, id, now)).ToEquatableArray(),
        };

    /// <summary>Realise asks to destroy a subflow on <paramref name="path"/>.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="subflow">The subflow.</param>
    /// <param name="silent">True when it is destroyed because it is silent: that counts as a failure of the path.</param>
    /// <param name="now">The time.</param>
    internal ConnectionMemory Destroyed(PathKey path, SubflowState subflow, bool silent, DateTimeOffset now)
    {
        var memory = Retire(path, subflow.LocalId);
        memory = subflow.Established ? memory : memory.WithoutPending(path, subflow.Remote);
        var known = memory.Path(path);
        known = known with { Closing = Math.Min(known.Closing + 1, MaxFailures) };
        return memory.With(silent ? Count(known, atOnce: true, now) : known);
    }

    /// <summary>Realise asks to tell the peer of the path's address.</summary>
    internal ConnectionMemory Announced(PathKey path, byte id) => With(Path(path) with { LocalId = id, Announced = true });

    /// <summary>Realise asks to take it back.</summary>
    internal ConnectionMemory Withdrawn(PathKey path, byte id) => Retire(path, id);

    internal ConnectionMemory Closed(PathKey path, IPEndPoint? remote, bool byReflex, DateTimeOffset now)
    {
        var known = Path(path);
        if (known.Closing > 0)
        {
            return With(known with { Closing = known.Closing - 1 });
        }

        var memory = byReflex && !known.Announced ? Retire(path, known.LocalId) : this;
        return memory.WithoutPending(path, remote).With(Count(memory.Path(path), atOnce: byReflex, now));
    }

    internal ConnectionMemory Failed(DataPlaneAction action, string reason, DateTimeOffset now) => action switch
    {
        CreateSubflow create => Retire(create.Path, create.LocalId).WithoutPending(create.Path, create.Remote)
            .Hold(HeldKind.Create, Any(create.Path), create.Remote, reason, now),
        DestroySubflow destroy => Unclosing(destroy.Local.Address).Hold(HeldKind.Destroy, destroy.Local, destroy.Remote, reason, now),
        SetBackup priority => Hold(HeldKind.Priority, priority.Local, priority.Remote, reason, now),
        AnnounceAddress announce => Retire(announce.Path, announce.LocalId)
            .Hold(HeldKind.Announce, Any(announce.Path), Everyone, reason, now),
        // A withdrawal only hastens what the destroy next to it does.
        _ => this,
    };

    /// <summary>A join did not end in time.</summary>
    internal ConnectionMemory TimedOut(PendingSubflow pending, DateTimeOffset now) =>
        WithoutPending(pending.Path, pending.Remote)
            .Hold(HeldKind.Create, Any(pending.Path), pending.Remote, "no answer to the join", now);

    /// <summary>Drops what was forgiven, and what is pending no more.</summary>
    internal ConnectionMemory Tidy(Func<PendingSubflow, bool> isPending, DateTimeOffset now)
    {
        var held = Held.Where(h => now - h.NotBefore <= Backoff.Forgiven).ToEquatableArray();
        var pending = Pending.Where(isPending).ToEquatableArray();
        var paths = Paths
            .Select(p => p.Failures > 0 && now - p.NotBefore > Backoff.Forgiven ? p with { Failures = 0, Closing = 0 } : p)
            .Where(p => p is not { LocalId: 0, Failures: 0, Closing: 0 })
            .ToEquatableArray();
        return held == Held && pending == Pending && paths == Paths ? this : this with { Held = held, Pending = pending, Paths = paths };
    }

    internal static IPEndPoint Any(PathKey path) => new(path.Address, 0);

    private ConnectionMemory With(PathMemory path) => this with
    {
        Paths = Paths.Where(p => p.Path != path.Path).Append(path)
            .OrderBy(p => p.Path.ToString(), StringComparer.Ordinal)
            .ToEquatableArray(),
    };

    private ConnectionMemory WithoutPending(PathKey path, IPEndPoint? remote = null) =>
        this with { Pending = Pending.Where(p => p.Path != path || (remote is not null && !p.Remote.Equals(remote))).ToEquatableArray() };

    /// <summary>A refused destroy closes nothing, so that no closing will be told.</summary>
    private ConnectionMemory Unclosing(IPAddress local) =>
        Paths.FirstOrDefault(p => p.Closing > 0 && p.Path.Address.Equals(local)) is { } path
            ? With(path with { Closing = path.Closing - 1 })
            : this;

    private ConnectionMemory Retire(PathKey path, byte id)
    {
        var memory = id == 0 || RetiredIds.Contains(id)
            ? this
            : this with { RetiredIds = RetiredIds.Append(id).Order().ToEquatableArray() };
        return memory.Path(path).LocalId == 0 ? memory : memory.With(memory.Path(path) with { LocalId = 0, Announced = false });
    }

    private ConnectionMemory Hold(HeldKind kind, IPEndPoint local, IPEndPoint remote, string reason, DateTimeOffset now)
    {
        var old = Find(kind, local, remote);
        var failures = Math.Min((old?.Failures ?? 0) + 1, MaxFailures);
        var held = new HeldAction(kind, local, remote, failures, now + Backoff.After(failures), reason);
        return this with { Held = Held.Where(h => h != old).Append(held).TakeLast(MaxHeld).ToEquatableArray() };
    }

    private HeldAction? Find(HeldKind kind, IPEndPoint local, IPEndPoint remote) =>
        Held.FirstOrDefault(h => h.Kind == kind && h.Local.Equals(local) && h.Remote.Equals(remote));

    private static PathMemory Count(PathMemory path, bool atOnce, DateTimeOffset now)
    {
        var failures = path.Failures > 0 && now - path.NotBefore > Backoff.Forgiven ? 0 : path.Failures;
        return path with
        {
            Failures = Math.Min(failures + 1, MaxFailures),
            NotBefore = now + Backoff.After(atOnce ? failures : failures + 1),
        };
    }
}
