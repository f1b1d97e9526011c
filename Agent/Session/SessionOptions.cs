using System.Collections.Immutable;
using Multipath.Agent.LastPlan;

namespace Multipath.Agent.Session;

/// <summary>Who the agent is, and the session's times.</summary>
/// <param name="Host">The host's id.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="AgentVersion">The agent's version.</param>
/// <param name="Capabilities">What the host can do.</param>
internal sealed record SessionOptions(
    string Host, ImmutableSortedDictionary<string, string> Labels, string AgentVersion, HostCapabilities Capabilities)
{
    /// <summary>The sequence before the first report. A silo may remember sequences of an earlier run of this agent, so that a daemon
    /// starts from
    /// the time of day: it rises faster than reports are made.</summary>
    public ulong SequenceBase { get; init; }

    /// <summary>The plan that runs at the start, to go back to when the next one cuts off the session; null for none.</summary>
    public KeptPlan? Kept { get; init; }

    /// <summary>Half a second after the first failure at the latest, then twice that, and so on.</summary>
    public TimeSpan BackoffBase { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>No agent waits longer than this: a silo that comes back has its fleet within it.</summary>
    public TimeSpan BackoffLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For the stream to open, and again for the silo's Welcome.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Changes that come within this of a report share the next one.</summary>
    public TimeSpan Coalesce { get; init; } = TimeSpan.FromMilliseconds(2);
}
