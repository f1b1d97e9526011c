using Multipath.Policies.Model;
using Orleans;
using Orleans.Concurrency;

namespace Multipath.Contracts.Grains;

/// <summary>One host of the fleet; the key is the host's id. It merges reports, ranks paths and issues plans.</summary>
[Alias("mp.IHostGrain")]
public interface IHostGrain : IGrainWithStringKey
{
    /// <summary>Starts a session; the one before it, if any, is told <see cref="IHostSession.Superseded"/>.</summary>
    /// <param name="hello">What the agent said first.</param>
    /// <param name="session">Where plans and requests go.</param>
    /// <returns>A refusal's text, or null when the session is open.</returns>
    [Alias("Open")]
    Task<string?> Open(HostHello hello, IHostSession session);

    /// <summary>Takes a report. Never throws for what the report says: the verdict tells.</summary>
    [Alias("Report")]
    Task<ReportVerdict> Report(HostReport report);

    /// <summary>The agent applied a plan, whole or in part.</summary>
    /// <returns>False when the session is not the current one.</returns>
    [Alias("Acknowledge")]
    Task<bool> Acknowledge(PlanAcknowledgement acknowledgement);

    /// <summary>The agent did not take a plan and goes on with the one before.</summary>
    /// <returns>False when the session is not the current one.</returns>
    [Alias("Refuse")]
    Task<bool> Refuse(PlanRefusal refusal);

    /// <summary>The session is alive.</summary>
    /// <returns>False when it is not the current one, for example because the grain was activated elsewhere since.</returns>
    [Alias("Touch")]
    Task<bool> Touch(string session);

    /// <summary>Ends a session; nothing happens when a newer one has taken over.</summary>
    [Alias("Close")]
    Task Close(string session);

    /// <summary>The host whole, or null when it never had a session.</summary>
    [Alias("Describe")]
    [AlwaysInterleave]
    Task<HostDescription?> Describe();

    /// <summary>Another policy, or another revision, governs the host from now on.</summary>
    /// <param name="governance">Ignored when older than what the host has.</param>
    [Alias("Govern")]
    Task Govern(Governance governance);

    /// <summary>Lets a held host (<see cref="HostStatus.Held"/>) go on: its next plan replaces the one that it runs.</summary>
    [Alias("Resume")]
    Task<ResumeOutcome> Resume();
}

/// <summary>What resuming a host did.</summary>
[GenerateSerializer, Alias("mp.ResumeOutcome")]
public enum ResumeOutcome
{
    /// <summary>It goes on.</summary>
    Resumed = 0,

    /// <summary>It was not held; nothing changed.</summary>
    NotHeld = 1,

    /// <summary>The fleet never saw it.</summary>
    Unknown = 2,
}

/// <summary>The silo's end of an agent's session, as its host's grain sees it.</summary>
[Alias("mp.IHostSession")]
public interface IHostSession : IGrainObserver
{
    /// <summary>Offers a plan; a newer one replaces an older one that was not sent yet.</summary>
    [Alias("Offer")]
    [OneWay]
    Task Offer(PlanOffer offer);

    /// <summary>Asks for a whole report.</summary>
    [Alias("RequestFullReport")]
    [OneWay]
    Task RequestFullReport(string reason);

    /// <summary>A newer session of the same host took over.</summary>
    [Alias("Superseded")]
    [OneWay]
    Task Superseded();
}

/// <summary>A plan on its way to an agent.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="PolicyYaml">The text of the policy that it follows, so that the agent can rank by itself.</param>
/// <param name="Trace">W3C trace context of the decision, or null.</param>
[GenerateSerializer, Immutable, Alias("mp.PlanOffer")]
public sealed record PlanOffer(
    [property: Id(0)] HostPlan Plan,
    [property: Id(1)] string PolicyYaml,
    [property: Id(2)] string? Trace);

/// <summary>An agent applied a plan.</summary>
/// <param name="Session">The session that it came on.</param>
/// <param name="Version">Which plan.</param>
/// <param name="Applied">Number of actions that were done.</param>
/// <param name="Refused">What the kernel refused; a plan with refusals is not called running.</param>
/// <param name="Trace">W3C trace context of the application, or null.</param>
[GenerateSerializer, Immutable, Alias("mp.PlanAcknowledgement")]
public sealed record PlanAcknowledgement(
    [property: Id(0)] string Session,
    [property: Id(1)] PlanVersion Version,
    [property: Id(2)] int Applied,
    [property: Id(3)] EquatableArray<string> Refused,
    [property: Id(4)] string? Trace = null);

/// <summary>An agent did not take a plan.</summary>
/// <param name="Session">The session that it came on.</param>
/// <param name="Version">Which plan.</param>
/// <param name="Running">What still runs.</param>
/// <param name="Reason">Why, in the agent's words.</param>
[GenerateSerializer, Immutable, Alias("mp.PlanRefusal")]
public sealed record PlanRefusal(
    [property: Id(0)] string Session,
    [property: Id(1)] PlanVersion Version,
    [property: Id(2)] PlanVersion? Running,
    [property: Id(3)] string Reason);

/// <summary>Which policy governs a host.</summary>
/// <param name="FleetVersion">Version of the fleet's policies that this was read from; a lower one is older.</param>
/// <param name="Policy">The policy; null when none selects the host.</param>
/// <param name="ChangedAt">When the operator's change was taken, for the measurement of convergence.</param>
/// <param name="Trace">W3C trace context of the change, or null.</param>
[GenerateSerializer, Immutable, Alias("mp.Governance")]
public sealed record Governance(
    [property: Id(0)] ulong FleetVersion,
    [property: Id(1)] PolicyDocument? Policy,
    [property: Id(2)] DateTimeOffset ChangedAt,
    [property: Id(3)] string? Trace);
