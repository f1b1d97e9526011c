using Multipath.Contracts.Grains;
using Multipath.Policies.Rank;
using Multipath.Silo.Telemetry;

namespace Multipath.Silo.Grains.Host;

/// <summary>Ranks one host's paths by the policy that governs it; holds what Rank remembers from one time to the next.</summary>
internal sealed class HostRanking(string host, PolicyCache policies, SiloMetrics metrics, TimeProvider clock)
{
    private RankMemory _memory = RankMemory.Empty;
    private string? _waiting;

    /// <summary>Null until the fleet said who governs the host.</summary>
    public Governance? Governance { get; private set; }

    /// <summary>When to rank again though nothing was reported; null when there is no such time.</summary>
    public DateTimeOffset? NextDeadline { get; private set; }

    /// <summary>Why no plan can be made; empty when one can.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>
    /// W3C trace context of the last ranking; null when nobody listens and it had no cause with one. A ranking that an operator's change
    /// asked for, or that made a new plan, is a span; those that reports ask for all the time and that change nothing are none.
    /// </summary>
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
            _waiting = trace ?? _waiting;
            return ledger;
        }

        var parsed = policies.Parse(document);
        if (parsed.Value is null)
        {
            Problem = $"policy {document.Name} cannot be read any more: {parsed.Errors[0]}";
            return ledger;
        }

        // What an operator changed before there was anything to rank is the cause of the first plan.
        (trace, _waiting) = (trace ?? _waiting, null);
        var (began, start) = (clock.GetUtcNow(), clock.GetTimestamp());
        var previous = (ledger.Desired ?? ledger.Settled)?.Plan.Content;
        var outcome = Ranker.Rank(new RankInput(parsed.Value, picture.ToObservation(host), previous, _memory, clock.GetUtcNow()));
        metrics.Ranked(clock.GetElapsedTime(start));
        var next = ledger.Want(outcome.Content, document.Revision, picture.Sequence);
        var changed = !ReferenceEquals(next, ledger);
        if (changed && Handovers.Between(previous, outcome.Content, _memory, outcome.Memory) is { } handover)
        {
            metrics.Handover(handover);
        }

        using var span = changed || trace is not null ? SiloTrace.Since(began, "rank", trace) : null;
        span?.SetTag(SiloTrace.HostTag, host);
        span?.SetTag(SiloTrace.PolicyTag, document.Name);
        Trace = span?.Id ?? trace;
        _memory = outcome.Memory;
        NextDeadline = outcome.NextDeadline;
        return next;
    }
}
