using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>
/// The plans of the silo and the agent's answers to them. One is being applied at a time; of those that come meanwhile the newest follows.
/// Pure.
/// </summary>
/// <param name="kept">How the plan that an earlier run kept went; null for none.</param>
/// <param name="apply">Takes what is to be applied; answered by <see cref="HandleApplied"/>.</param>
internal sealed class PlanIntake(PlanOutcome? kept, Action<SessionEffect.Apply> apply)
{
    private readonly PlanGate _gate = new(kept);
    private SiloMessage.Plan? _next;

    /// <summary>The plan that runs whole.</summary>
    public PlanVersion? Running => _gate.Running;

    /// <summary>The newest plan that was taken over, whole or in part.</summary>
    public PlanVersion? Taken => _gate.LastOutcome?.Version;

    /// <summary>The silo wants this plan to run.</summary>
    /// <returns>The answer; null while the plan is being applied or waits for that.</returns>
    public AgentMessage? HandleOffer(SiloMessage.Plan offer)
    {
        var version = offer.HostPlan.Version;
        if (version == _gate.Applying)
        {
            // A session that broke meanwhile is back, and its silo offers again what it has no answer to yet: that comes.
            return null;
        }

        if (_gate.LastOutcome is { } known && version == known.Version)
        {
            return new AgentMessage.Ack(known);
        }

        if (_gate.Judge(version) is { } refusal)
        {
            return new AgentMessage.Nack(version, Running, refusal);
        }

        if (_gate.Applying is not null)
        {
            _next = _next is { } waiting && waiting.HostPlan.Version > version ? waiting : offer;
            return null;
        }

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

    /// <summary>The plan before runs again, because the newest one cut off the session. That one is not taken again.</summary>
    /// <returns>The answer to it.</returns>
    public AgentMessage HandleReverted(PlanOutcome outcome, PlanReturn back)
    {
        _gate.Complete(outcome);
        _gate.Refuse(back.Refused, back.Reason);
        return new AgentMessage.Nack(back.Refused, Running, back.Reason);
    }

    /// <summary>The plan that was being applied is taken over.</summary>
    /// <returns>The newest answer: to the plan that waited, if that needs one at once.</returns>
    public AgentMessage HandleApplied(PlanOutcome outcome)
    {
        _gate.Complete(outcome);
        var next = _next;
        _next = null;
        return (next is null ? null : HandleOffer(next)) ?? new AgentMessage.Ack(outcome);
    }
}
