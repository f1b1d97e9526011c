using System.Collections.Immutable;
using System.Net;
using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>A subflow with its path and what the plan wants of it.</summary>
/// <param name="State">The subflow.</param>
/// <param name="Key">Its path; null when the host has no path with its local address.</param>
/// <param name="PathState">Whether that path can carry; an address that the host lost is a link that is down.</param>
/// <param name="Role">What the plan wants of the path; null when it does not name it.</param>
internal sealed record SubflowView(SubflowState State, PathKey? Key, PathState PathState, PathRole? Role)
{
    /// <summary>It carries data now, as far as one can know.</summary>
    internal bool IsAlive => State is { Established: true, Silent: false } && PathState == PathState.Up;

    /// <summary>It carries nothing. A join that is under way on a silent path is the try whether it answers again.</summary>
    internal bool IsDead => State.Silent || PathState == PathState.LinkDown || (PathState == PathState.Silent && State.Established);
}

/// <summary>A subflow that the plan asks for.</summary>
internal sealed record WantedSubflow(LocalPath Path, PlannedPath Plan, IPEndPoint Remote);

/// <summary>One connection against the plan.</summary>
internal sealed class ConnectionView
{
    private readonly HostState _host;

    internal ConnectionView(PlanContent plan, ClassPlan cls, HostState host, ConnectionState connection)
    {
        _host = host;
        Connection = connection;
        Class = cls;
        Limits = plan.Limits;
        Handover = plan.Handover;
        Subflows = [.. connection.Subflows.Select(View)];
        Wanted = [.. Wants()];
    }

    internal ConnectionState Connection { get; }

    internal ClassPlan Class { get; }

    internal PlanLimits Limits { get; }

    internal HandoverRules Handover { get; }

    internal ImmutableArray<SubflowView> Subflows { get; }

    /// <summary>What the plan asks for, most wanted first, as many as the limit allows.</summary>
    internal ImmutableArray<WantedSubflow> Wanted { get; }

    internal bool IsWanted(SubflowView subflow) =>
        Wanted.Any(w => w.Path.Path == subflow.Key && w.Remote.Equals(subflow.State.Remote));

    /// <summary>The host's path with this address; null when it has none.</summary>
    internal PathKey? PathOf(IPAddress local) => _host.Paths.FirstOrDefault(p => p.Path.Address.Equals(local))?.Path;

    internal PlannedPath? PlanOf(SubflowView subflow) => Class.Paths.FirstOrDefault(p => p.Path == subflow.Key);

    /// <summary>Whether the host has the path and its link is up.</summary>
    internal bool CanJoin(PathKey path) => _host.Paths.Any(p => p.Path == path && p.State != PathState.LinkDown);

    private SubflowView View(SubflowState subflow)
    {
        var path = _host.Paths.FirstOrDefault(p => p.Path.Address.Equals(subflow.Local.Address));
        var planned = Class.Paths.FirstOrDefault(p => p.Path == path?.Path);
        return new SubflowView(subflow, path?.Path, path?.State ?? PathState.LinkDown, planned?.Role);
    }

    /// <summary>
    /// All planned paths to the first address of the peer, then all to the addresses that it announced: breadth before depth.
    /// </summary>
    private IEnumerable<WantedSubflow> Wants() => Remotes()
        .SelectMany(
            _ => Class.Paths.Where(p => p.Role != PathRole.Avoid),
            (remote, plan) => (remote, plan, path: _host.Paths.FirstOrDefault(p => p.Path == plan.Path)))
        .Where(w => w.path is { State: not PathState.LinkDown } && w.path.Path.Address.AddressFamily == w.remote.AddressFamily)
        .Where(w => MayJoin(w.remote) || Subflows.Any(s => s.Key == w.plan.Path && s.State.Remote.Equals(w.remote)))
        .Select(w => new WantedSubflow(w.path!, w.plan, w.remote))
        .Take(Limits.Subflows);

    /// <summary>A peer may take no more subflows to its first address and port; the one that is there stays.</summary>
    private bool MayJoin(IPEndPoint remote) => !Connection.RefusesInitial || !remote.Equals(Connection.Remote);

    private IEnumerable<IPEndPoint> Remotes() => Connection.RemoteAddresses
        .Select(a => a.EndPoint.Port == 0 ? new IPEndPoint(a.EndPoint.Address, Connection.Remote.Port) : a.EndPoint)
        .Where(e => !e.Equals(Connection.Remote))
        .Distinct()
        .Take(Limits.AddAddrAccepted)
        .Prepend(Connection.Remote);
}
