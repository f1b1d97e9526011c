using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Multipath.Policies.Model;
using Orleans;

namespace Multipath.Contracts.Grains;

/// <summary>How a host stands to the plan that it should run.</summary>
[GenerateSerializer, Alias("mp.HostStatus")]
public enum HostStatus
{
    /// <summary>Connected and running the plan that it should.</summary>
    Settled = 0,

    /// <summary>Connected; the newest plan is not acknowledged, or none could be made yet.</summary>
    Updating = 1,

    /// <summary>The agent refused the newest plan, or the kernel a part of it.</summary>
    Refused = 2,

    /// <summary>Connected, and no policy selects it.</summary>
    Unmanaged = 3,

    /// <summary>No session; it goes on with its last plan.</summary>
    Away = 4,

    /// <summary>
    /// Connected, and runs a plan that is newer than what the store knows, as after a restore from an older backup. It goes on with it
    /// until <see cref="IHostGrain.Resume"/>.
    /// </summary>
    Held = 5,
}

/// <summary>One line about a host.</summary>
/// <param name="Host">The host's id.</param>
/// <param name="Status">How it stands to its plan.</param>
/// <param name="Policy">The policy that governs it; empty when none does.</param>
/// <param name="Desired">The newest plan; null when none was made.</param>
/// <param name="Running">The plan that runs; null when none does.</param>
/// <param name="PathsUp">Paths that are up.</param>
/// <param name="Paths">Paths.</param>
/// <param name="Connections">MPTCP connections.</param>
/// <param name="LastSeen">By the silo's clock, to within a few seconds; rises with each word of the host's grain to the fleet.</param>
/// <param name="Labels">The host's labels.</param>
/// <param name="Epoch">
/// Of the host's grain, raised where it starts anew: tells one that is active elsewhere too from its successor. Not stored with the fleet.
/// </param>
[GenerateSerializer, Immutable, Alias("mp.HostSummary")]
public sealed record HostSummary(
    [property: Id(0)] string Host,
    [property: Id(1)] HostStatus Status,
    [property: Id(2)] string Policy,
    [property: Id(3)] PlanVersion? Desired,
    [property: Id(4)] PlanVersion? Running,
    [property: Id(5)] int PathsUp,
    [property: Id(6)] int Paths,
    [property: Id(7)] int Connections,
    [property: Id(8)] DateTimeOffset LastSeen,
    [property: Id(9)] ImmutableSortedDictionary<string, string> Labels,
    [property: Id(10), JsonIgnore] ulong Epoch = 0);

/// <summary>A host whole.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Paths">Its paths, ordered by interface, then address.</param>
/// <param name="Connections">Its connections, ordered by token.</param>
/// <param name="Plan">The newest plan; null when none was made.</param>
/// <param name="Trouble">Why the newest plan is not running; empty when it is.</param>
/// <param name="Occurrences">The last ones, oldest first.</param>
/// <param name="Counters">Kernel counters.</param>
/// <param name="AgentVersion">The agent's version.</param>
/// <param name="Capabilities">What its data plane can do.</param>
/// <param name="Sequence">Sequence of the newest report.</param>
[GenerateSerializer, Immutable, Alias("mp.HostDescription")]
public sealed record HostDescription(
    [property: Id(0)] HostSummary Summary,
    [property: Id(1)] EquatableArray<PathObservation> Paths,
    [property: Id(2)] EquatableArray<ConnectionReport> Connections,
    [property: Id(3)] HostPlan? Plan,
    [property: Id(4)] string Trouble,
    [property: Id(5)] EquatableArray<HostOccurrence> Occurrences,
    [property: Id(6)] ImmutableSortedDictionary<string, ulong> Counters,
    [property: Id(7)] string AgentVersion,
    [property: Id(8)] HostCapabilities Capabilities,
    [property: Id(9)] ulong Sequence);
