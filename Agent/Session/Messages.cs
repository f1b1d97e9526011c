using System.Collections.Immutable;
using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>What the agent says to the silo.</summary>
internal abstract record AgentMessage
{
    private AgentMessage()
    {
    }

    /// <summary>First on each stream.</summary>
    /// <param name="Host">The host's id.</param>
    /// <param name="Labels">Its labels.</param>
    /// <param name="AgentVersion">The agent's version.</param>
    /// <param name="Running">The plan that runs whole; null when none does.</param>
    /// <param name="Taken">The newest plan that was taken over, whole or in part; null when none was.</param>
    /// <param name="ObservationSequence">The last report that was made; 0 for none.</param>
    /// <param name="Capabilities">What the host can do.</param>
    internal sealed record Hello(
        string Host,
        ImmutableSortedDictionary<string, string> Labels,
        string AgentVersion,
        PlanVersion? Running,
        PlanVersion? Taken,
        ulong ObservationSequence,
        HostCapabilities Capabilities) : AgentMessage;

    /// <summary>What changed.</summary>
    internal sealed record Report(ReportDelta Delta) : AgentMessage;

    /// <summary>A plan was taken; it runs if nothing was refused.</summary>
    internal sealed record Ack(PlanOutcome Outcome) : AgentMessage;

    /// <summary>A plan was not taken.</summary>
    /// <param name="Version">Of the plan; null when it could not be read.</param>
    /// <param name="Running">The plan that still runs whole; null when none does.</param>
    /// <param name="Reason">Why.</param>
    internal sealed record Nack(PlanVersion? Version, PlanVersion? Running, string Reason) : AgentMessage;

    /// <summary>The agent is there.</summary>
    internal sealed record Heartbeat(ulong Sequence) : AgentMessage;
}

/// <summary>What the silo says to the agent, checked.</summary>
internal abstract record SiloMessage
{
    private SiloMessage()
    {
    }

    /// <summary>The session is open.</summary>
    internal sealed record Welcome(TimeSpan HeartbeatInterval, TimeSpan ReportInterval, string Silo) : SiloMessage;

    /// <summary>A plan to run.</summary>
    /// <param name="HostPlan">The plan.</param>
    /// <param name="PolicyYaml">The policy's text, for ranking while the silo is away; empty when the silo did not give it.</param>
    /// <param name="Trace">W3C trace context (traceparent) of the decision; empty for none.</param>
    internal sealed record Plan(HostPlan HostPlan, string PolicyYaml, string Trace = "") : SiloMessage;

    /// <summary>A plan that makes no sense.</summary>
    internal sealed record UnreadablePlan(PlanVersion? Version, string Reason) : SiloMessage;

    /// <summary>The silo lost track: the next report is to be whole.</summary>
    internal sealed record FullReportRequest(string Reason) : SiloMessage;

    /// <summary>The silo is there.</summary>
    internal sealed record Heartbeat(ulong Sequence) : SiloMessage;

    /// <summary>A message of a kind that this agent does not know; ignored.</summary>
    internal sealed record Unknown : SiloMessage;
}

/// <summary>What a host can do.</summary>
/// <param name="Schedulers">Packet schedulers by name.</param>
/// <param name="Kernel">The kernel's release.</param>
/// <param name="Plane">What moves the data.</param>
internal sealed record HostCapabilities(EquatableArray<string> Schedulers, string Kernel, PlaneKind Plane = PlaneKind.Other);

/// <summary>What moves the data of the connections that an agent steers.</summary>
internal enum PlaneKind
{
    /// <summary>Neither of the others, such as a simulated one.</summary>
    Other,

    /// <summary>The kernel, under the path manager in userspace.</summary>
    Kernel,

    /// <summary>A stack of this project's own on a TUN.</summary>
    Tun,
}

/// <summary>How an applied plan went.</summary>
/// <param name="Version">Which plan.</param>
/// <param name="Applied">Actions that the data plane took.</param>
/// <param name="Refused">Actions that it refused, with its words.</param>
/// <param name="Trace">W3C trace context (traceparent) of the application; empty for none.</param>
internal sealed record PlanOutcome(
    PlanVersion Version, EquatableArray<ActionOutcome> Applied, EquatableArray<ActionOutcome> Refused, string Trace = "");

/// <summary>One action and what became of it.</summary>
/// <param name="Action">What was done, in words.</param>
/// <param name="Reason">Why.</param>
/// <param name="Error">The kernel's refusal; empty when it was applied.</param>
internal sealed record ActionOutcome(string Action, string Reason, string Error);
