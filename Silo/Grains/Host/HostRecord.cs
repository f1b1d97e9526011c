using System.Collections.Immutable;
using Multipath.Contracts.Grains;

namespace Multipath.Silo.Grains.Host;

/// <summary>What is stored of a host. Swapped whole; never written for a report alone.</summary>
internal sealed record HostRecord
{
    public PlanLedger Ledger { get; init; } = PlanLedger.Empty;

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public string AgentVersion { get; init; } = "";

    public HostCapabilities Capabilities { get; init; } = HostCapabilities.None;

    /// <summary>When its session last began or ended; null when it never had one.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>
    /// What the agent says at the start of a session. Another agent or data plane may take a plan that was refused before.
    /// </summary>
    public HostRecord Meet(HostHello hello, DateTimeOffset now)
    {
        var sameAgent = hello.AgentVersion == AgentVersion && hello.Capabilities.Equals(Capabilities);
        var ledger = Ledger.Meet(hello.Running, hello.Taken);
        return this with
        {
            Ledger = sameAgent ? ledger : ledger with { Trouble = null },
            Labels = hello.Labels.SequenceEqual(Labels) ? Labels : hello.Labels,
            AgentVersion = hello.AgentVersion,
            Capabilities = hello.Capabilities,
            LastSeen = now,
        };
    }
}
