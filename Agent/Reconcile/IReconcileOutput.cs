using System.Collections.Immutable;
using Multipath.Agent.LastPlan;
using Multipath.Agent.Reflexes;
using Multipath.Agent.Routes;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Reconcile;

/// <summary>Where the loop's findings go. None of these may block.</summary>
internal interface IReconcileOutput
{
    /// <summary>The host was read anew, or something happened to it.</summary>
    void Publish(HostNews news);

    /// <summary>These subflows are to be watched for silence.</summary>
    void Watch(ImmutableArray<WatchedSubflow> subflows);

    /// <summary>These paths stand by: a connection that begins on one has to carry much at once.</summary>
    void StandBy(EquatableArray<StandbyPath> paths);

    /// <summary>This plan is to be kept for the next start.</summary>
    void Keep(KeptPlan plan);

    /// <summary>The programs behind these sockets are wanted, at leisure; answered by <see cref="Reconciler.HandleProcesses"/>.</summary>
    /// <param name="tokenByInode">The connection of each socket.</param>
    void FindProcesses(IReadOnlyDictionary<uint, uint> tokenByInode);
}
