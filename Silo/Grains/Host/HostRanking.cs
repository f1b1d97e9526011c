using Multipath.Contracts.Grains;
using Multipath.Policies.Rank;
using Multipath.Silo.Telemetry;

namespace Multipath.Silo.Grains.Host;

/// <summary>Ranks one host's paths by the policy that governs it; holds what Rank remembers from one time to the next.</summary>
internal sealed class HostRanking(string host, PolicyCache policies, SiloMetrics metrics, TimeProvider clock)
{
    private RankMemory _memory = RankMemory.Empty;

    /// <summary>Null until the fleet said who governs the host.</summary>
    public Governance? Governance { get; private set; }

    /// <summary>When to rank again though nothing was reported; null when there is no such time.</summary>
    public DateTimeOffset? NextDeadline { get; private set; }

    /// <summary>Why no plan can be made; empty when one can.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>W3C trace context of the last ranking; null when nobody listens and it had no cause with one.</summary>
    public string? Trace { get; private set; }

    /// <summary>Takes a governance; false when it is no newer than what is known.</summary>
    public bool Govern(Governance governance)
    {
        if (governance.FleetVersion < Governance?.FleetVersion)
        {
            return false;
        }

        Governance = governance;
        return true;
    }

    /// <summary>The ledger with the plan that the picture asks for.</summary>
    public PlanLedger Decide(PlanLedger ledger, HostPicture picture, string? trace)
    {
        NextDeadline = null;
        Problem = "";
        if (Governance?.Policy is not { } document)
        {
            return Governance is null ? ledger : ledger.Release();
        }

        if (!picture.Complete)
        {
            Problem = "the agent's whole report is awaited";
            return ledger;
        }

        var parsed = policies.Parse(document);
        if (parsed.Value is null)
        {
            Problem = $"policy {document.Name} cannot be read any more: {parsed.Errors[0]}";
            return ledger;
        }

        using var span = SiloTrace.Start("rank", trace);
        Trace = span?.Id ?? trace;
        var start = clock.GetTimestamp();
        var previous = (ledger.Desired ?? ledger.Settled)?.Plan.Content;
        var outcome = Ranker.Rank(new RankInput(parsed.Value, picture.ToObservation(host), previous, _memory, clock.GetUtcNow()));
        metrics.Ranked(clock.GetElapsedTime(start));
        _memory = outcome.Memory;
        NextDeadline = outcome.NextDeadline;
        return ledger.Want(outcome.Content, document.Revision, picture.Sequence);
    }
}
