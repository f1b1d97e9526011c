using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>
/// The plans of the silo and the agent's answers to them. One is being applied at a time; of those that come meanwhile the newest follows.
/// Pure.
/// </summary>
/// <param name="running">The plan that runs at the start.</param>
/// <param name="apply">Takes what is to be applied; answered by <see cref="HandleApplied"/>.</param>
internal sealed class PlanIntake(PlanVersion? running, Action<SessionEffect.Apply> apply)
{
    private readonly PlanGate _gate = new(running);
    private bool _applying;
    private SiloMessage.Plan? _next;

    /// <summary>The plan that runs.</summary>
    public PlanVersion? Running => _gate.Running;

    /// <summary>The silo wants this plan to run.</summary>
    /// <returns>The answer; null while the plan is being applied or waits for that.</returns>
    public AgentMessage? HandleOffer(SiloMessage.Plan offer)
    {
        var version = offer.HostPlan.Version;
        if (_gate.IsKnown(version))
        {
            var known = _gate.LastOutcome;
            return new AgentMessage.Ack(known?.Version == version ? known : new PlanOutcome(version, [], []));
        }

        if (_gate.Judge(version) is { } refusal)
        {
            return new AgentMessage.Nack(version, Running, refusal);
        }

        if (_applying)
        {
            _next = _next is { } waiting && waiting.HostPlan.Version > version ? waiting : offer;
            return null;
        }

        _applying = true;
        _gate.Begin(version);
        apply(new SessionEffect.Apply(offer.HostPlan, offer.PolicyYaml, offer.Trace));
        return null;
    }

    /// <summary>The silo sent a plan that makes no sense.</summary>
    public AgentMessage HandleUnreadable(SiloMessage.UnreadablePlan unreadable)
    {
        _gate.Refuse(unreadable.Version, unreadable.Reason);
        return new AgentMessage.Nack(unreadable.Version, Running, unreadable.Reason);
    }

    /// <summary>The plan that was being applied is taken over.</summary>
    /// <returns>The newest answer: to the plan that waited, if that needs one at once.</returns>
    public AgentMessage HandleApplied(PlanOutcome outcome)
    {
        _applying = false;
        _gate.Complete(outcome);
        var next = _next;
        _next = null;
        return (next is null ? null : HandleOffer(next)) ?? new AgentMessage.Ack(outcome);
    }
}
