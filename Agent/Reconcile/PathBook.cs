using System.Collections.Immutable;
using System.Net;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// The host's paths and what is known against them. One silent subflow does not condemn a path: it is suspected, and counts as silent only
/// when nothing on it has answered for a while. No IO.
/// </summary>
internal sealed class PathBook
{
    /// <summary>A path that lives answers the join that follows an alarm within some round trips.</summary>
    public static readonly TimeSpan ConfirmAfter = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<PathKey, DateTimeOffset> _suspected = [];
    private readonly HashSet<PathKey> _silent = [];
    private readonly Dictionary<PathKey, int> _failedHandovers = [];

    /// <summary>The paths, ordered by interface, then address.</summary>
    public ImmutableArray<HostPath> Paths { get; private set; } = [];

    /// <summary>When the next suspicion is to be confirmed or dropped.</summary>
    public DateTimeOffset? NextConfirm => _suspected.Count == 0 ? null : _suspected.Values.Min() + ConfirmAfter;

    /// <summary>Takes the paths as they are now. An address with two prefix lengths on one interface is one path.</summary>
    /// <returns>The paths that could carry before and cannot now.</returns>
    public ImmutableArray<PathKey> Replace(IEnumerable<HostPath> paths)
    {
        var before = Paths;
        Paths =
        [
            .. paths.DistinctBy(path => path.Path).OrderBy(path => path.Path.Interface, StringComparer.Ordinal)
                .ThenBy(path => path.Path.Address.ToString(), StringComparer.Ordinal),
        ];
        var up = Paths.Where(path => path.LinkUp).Select(path => path.Path).ToHashSet();
        foreach (var gone in _silent.Concat(_suspected.Keys).Where(path => !up.Contains(path)).ToArray())
        {
            Answered(gone);
        }

        foreach (var gone in _failedHandovers.Keys.Except(Paths.Select(path => path.Path)).ToArray())
        {
            _failedHandovers.Remove(gone);
        }

        return [.. before.Where(path => path.LinkUp && !up.Contains(path.Path)).Select(path => path.Path)];
    }

    /// <summary>Those that could carry before and still can, but whose link was down in between, or is another one of that name.</summary>
    public ImmutableArray<PathKey> Interrupted(IEnumerable<HostPath> paths) =>
    [
        .. from now in paths
           join before in Paths on now.Path equals before.Path
           where before.LinkUp && now.LinkUp && (before.Downs, before.InterfaceIndex) != (now.Downs, now.InterfaceIndex)
           select now.Path,
    ];

    /// <summary>A subflow on the path fell silent.</summary>
    public void Suspect(PathKey path, DateTimeOffset now) => _suspected.TryAdd(path, now);

    /// <summary>Something came back on the path.</summary>
    /// <returns>True when that is news.</returns>
    public bool Answered(PathKey path) => _suspected.Remove(path) | _silent.Remove(path);

    /// <summary>A planned handover to the path was taken back because it did not carry.</summary>
    public void HandoverFailed(PathKey path) => _failedHandovers[path] = FailedHandovers(path) + 1;

    /// <summary>How often that was.</summary>
    public int FailedHandovers(PathKey path) => _failedHandovers.GetValueOrDefault(path);

    /// <summary>Settles the suspicions that are old enough.</summary>
    /// <param name="now">The time.</param>
    /// <param name="answeredSince">Whether something came back on a path since a moment.</param>
    /// <returns>True when a path counts as silent from now on.</returns>
    public bool Confirm(DateTimeOffset now, Func<PathKey, DateTimeOffset, bool> answeredSince)
    {
        var changed = false;
        foreach (var (path, since) in _suspected.Where(one => now - one.Value >= ConfirmAfter).ToArray())
        {
            _suspected.Remove(path);
            changed |= !answeredSince(path, since) && _silent.Add(path);
        }

        return changed;
    }

    public PathState StateOf(HostPath path) =>
        !path.LinkUp ? PathState.LinkDown : _silent.Contains(path.Path) ? PathState.Silent : PathState.Up;

    /// <summary>The path of a local address.</summary>
    public PathKey? Of(IPAddress local) => Find(local)?.Path;

    /// <inheritdoc cref="Of"/>
    public HostPath? Find(IPAddress local)
    {
        var plain = TrackedConnection.Plain(local);
        foreach (var path in Paths)
        {
            if (path.Path.Address.Equals(plain))
            {
                return path;
            }
        }

        return null;
    }

    /// <summary>For Realise.</summary>
    public EquatableArray<LocalPath> ToState() =>
        Paths.Select(path => new LocalPath(path.Path, path.InterfaceIndex, StateOf(path))).ToEquatableArray();
}
