using Multipath.Policies.Model;

namespace Multipath.Policies.Realise;

/// <summary>Turns a plan into actions on the data plane. Pure: equal inputs give equal outcomes.</summary>
/// <remarks>
/// Over all connections, in this order, because what waits for reinjection waits in vain until it is done:
/// 1. what is dead is withdrawn and destroyed where something else carries, and joins that nobody answered are closed;
/// 2. what the plan asks for and is missing is created;
/// 3. priorities are set, on subflows that answer; a path that answers is left as a transaction (<see cref="HandoverWork"/>);
/// 4. what the plan avoids is destroyed, once something else is established, and carries.
/// Of a connection that the peer opened the opener makes the subflows: what is dead is destroyed, so is what is over the limit, and the
/// peer is told of the addresses that it may use besides.
/// </remarks>
public static class Realiser
{
    /// <summary>What to do now.</summary>
    /// <param name="plan">The plan that is in force.</param>
    /// <param name="state">What the data plane holds.</param>
    /// <param name="memory">What the call before remembered, with what the data plane told since.</param>
    /// <param name="now">The time.</param>
    public static RealiseOutcome Realise(PlanContent plan, HostState state, RealiseMemory memory, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(memory);
        var known = memory.Connections.ToDictionary(c => c.Token);
        var steps = new ActionSteps();
        var kept = new List<ConnectionMemory>();
        DateTimeOffset? deadline = null;
        foreach (var connection in state.Connections.DistinctBy(c => c.Token))
        {
            var before = known.GetValueOrDefault(connection.Token) ?? ConnectionMemory.Of(connection.Token);
            if (ClassOf(plan, connection) is { } cls)
            {
                var work = new ConnectionWork(new ConnectionView(plan, cls, state, connection), before, steps, now);
                work.Run();
                before = work.Memory;
                deadline = deadline is null || work.NextDeadline < deadline ? work.NextDeadline ?? deadline : deadline;
            }

            if (!before.IsEmpty)
            {
                kept.Add(before);
            }
        }

        var after = new RealiseMemory(kept.OrderBy(c => c.Token).ToEquatableArray());
        return new RealiseOutcome(steps.InOrder(), after == memory ? memory : after, deadline, steps.Handovers.ToEquatableArray());
    }

    /// <summary>The traffic class of a connection: the first of the plan that matches, or null.</summary>
    public static ClassPlan? ClassOf(PlanContent plan, ConnectionState connection)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(connection);
        foreach (var cls in plan.Classes)
        {
            if (TrafficMatcher.Matches(cls.Match, connection))
            {
                return cls;
            }
        }

        return null;
    }
}
