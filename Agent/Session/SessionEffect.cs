using Multipath.Policies.Model;

namespace Multipath.Agent.Session;

/// <summary>What the session wants done by its shell.</summary>
internal abstract record SessionEffect
{
    private SessionEffect()
    {
    }

    /// <summary>Open a stream; answered by <see cref="SessionMachine.HandleConnected"/> or
    /// <see cref="SessionMachine.HandleClosed"/>.</summary>
    internal sealed record Connect : SessionEffect;

    /// <summary>Write one message; answered by <see cref="SessionMachine.HandleSent"/>. Never two at a time.</summary>
    internal sealed record Send(AgentMessage Message) : SessionEffect;

    /// <summary>Give the stream up.</summary>
    internal sealed record Close(string Reason) : SessionEffect;

    /// <summary>Run this plan; answered by <see cref="SessionMachine.HandleApplied"/>. Never two at a time.</summary>
    internal sealed record Apply(HostPlan Plan, string PolicyYaml, string Trace = "") : SessionEffect;

    /// <summary>The silo can be reached again; it wants measurements at this interval.</summary>
    internal sealed record SiloBack(string Silo, TimeSpan ReportInterval) : SessionEffect;

    /// <summary>The silo is out of reach; the host goes on by itself.</summary>
    internal sealed record SiloAway(string Reason) : SessionEffect;
}
