using System.Text.Json.Serialization;
using Multipath.Contracts.Grains;
using Multipath.Policies.Model;
using Multipath.Policies.Rank;

namespace Multipath.Silo.Grains.Host;

/// <summary>A plan that was made, and the revision of the policy's text that goes with it.</summary>
internal sealed record IssuedPlan(HostPlan Plan, ulong PolicyRevision)
{
    [JsonIgnore]
    public PlanVersion Version => Plan.Version;

    /// <summary>True when it was made by this revision of the policy.</summary>
    public bool Follows(PolicyDocument policy) => Plan.Content.Policy == policy.Name && PolicyRevision == policy.Revision;

    /// <summary>True when an agent that runs this one gains nothing from the other.</summary>
    public bool Says(PlanContent content, ulong policyRevision) =>
        PolicyRevision == policyRevision && Ranker.SameDecisions(Plan.Content, content);
}

/// <summary>
/// An agent runs a plan that is newer than any that the store knows of: the store was restored from an older backup, or emptied. What the
/// silo would push is older, so that it pushes nothing until a person says that this is meant.
/// </summary>
/// <param name="Running">What the agent runs.</param>
internal sealed record PlanHold(PlanVersion Running)
{
    /// <summary>For a person.</summary>
    public override string ToString() =>
        $"held: it runs plan {Running}, which is newer than what the store knows, as after a restore from an older backup; "
        + "it goes on with that plan until it is resumed";
}

/// <summary>Why a plan is not running.</summary>
internal sealed record PlanTrouble(PlanVersion Version, string Text);

/// <summary>
/// Which plans a host was given and what became of them. Immutable and pure; the host's grain swaps it whole.
/// </summary>
/// <remarks>
/// Versions are unique without a write before each push: <see cref="Epoch"/> is raised and stored before an activation issues its
/// first plan, so that one that was lost before it could store a plan never shares a version with its successor. It is raised for each
/// revision of the policy as well, the first one of an activation included, and stored before the first plan of it is pushed: an agent
/// that runs a higher epoch than the store has therefore followed a policy that the store does not know any more.
/// </remarks>
/// <param name="Epoch">Of the plans of this activation.</param>
/// <param name="Generation">Of the newest plan of the epoch; 0 when none was made.</param>
/// <param name="Desired">The newest plan; null when none was made or no policy governs the host.</param>
/// <param name="Settled">The newest plan that was acknowledged whole.</param>
/// <param name="Running">What the agent says it runs.</param>
/// <param name="Trouble">Why the newest plan that failed is not running.</param>
internal sealed record PlanLedger(
    ulong Epoch, ulong Generation, IssuedPlan? Desired, IssuedPlan? Settled, PlanVersion? Running, PlanTrouble? Trouble)
{
    /// <summary>An epoch above this is no count of activations; agents that claim one are refused.</summary>
    public const ulong HighestEpoch = 1UL << 60;

    public static PlanLedger Empty { get; } = new(0, 0, null, null, null, null);

    /// <summary>The plan that was pushed and not answered; at most one. Not stored: after a restart the agent says what it runs.</summary>
    [JsonIgnore]
    public IssuedPlan? InFlight { get; init; }

    /// <summary>Why nothing is pushed; null when there is no such reason. Stored: a restart of the silo does not resume a host.</summary>
    public PlanHold? Hold { get; init; }

    /// <summary>
    /// The plan to push now; null when there is none, one is in flight and newer ones have to wait and merge, or the host is held.
    /// </summary>
    [JsonIgnore]
    public IssuedPlan? NextPush =>
        InFlight is null && Hold is null && Desired is not null && !IsSettled && !IsRefused ? Desired : null;

    [JsonIgnore]
    public bool IsSettled => Desired is not null && Desired.Version == Running;

    [JsonIgnore]
    public bool IsRefused => Desired is not null && Desired.Version == Trouble?.Version;

    /// <summary>A new activation.</summary>
    public PlanLedger Activate() => this with { Epoch = Epoch + 1, Generation = 0, InFlight = null };

    /// <summary>A new session of an agent.</summary>
    /// <param name="running">What it runs whole; null when nothing.</param>
    /// <param name="taken">What it took over last, whole or in part; null when that is what runs.</param>
    public PlanLedger Meet(PlanVersion? running, PlanVersion? taken = null)
    {
        var met = this with { InFlight = null, Hold = null };

        // A host stays held though the epoch is raised with each activation and may pass that of its plan.
        if ((taken ?? running) is { } newest && (newest > new PlanVersion(Epoch, Generation) || newest >= Hold?.Running))
        {
            return met with { Running = running, Hold = new(newest) };
        }

        if (running is not { } version)
        {
            return met with { Running = null };
        }

        // A plan that the kernel refused in part may be what the agent has; it is not called running.
        return version == Trouble?.Version
            ? met
            : met with { Running = version, Settled = version == Desired?.Version ? Desired : Settled };
    }

    /// <summary>A person says that a held host shall follow what is stored now: its next plan is above the one that it runs.</summary>
    public PlanLedger Resume() =>
        Hold is null ? this : new(Math.Max(Epoch, Hold.Running.Epoch) + 1, 0, null, null, Running, null);

    /// <summary>The host should run this, on top of what it runs or is about to run; the same ledger when it is already meant to.</summary>
    public PlanLedger Want(PlanContent content, ulong policyRevision, ulong observationSequence)
    {
        if (Hold is not null || (Desired is not null && Desired.Says(content, policyRevision)))
        {
            return this;
        }

        var again = InFlight is not null && InFlight.Says(content, policyRevision) ? InFlight
            : Settled is not null && Settled.Version == Running && InFlight is null && Settled.Says(content, policyRevision) ? Settled
            : null;
        if (again is not null)
        {
            return this with { Desired = again };
        }

        var isSamePolicy = Desired?.PolicyRevision == policyRevision && Desired.Plan.Content.Policy == content.Policy;
        var version = isSamePolicy ? new PlanVersion(Epoch, Generation + 1) : new PlanVersion(Epoch + 1, 1);
        var plan = new HostPlan(version, InFlight?.Version ?? Running, observationSequence, content);
        return this with { Epoch = version.Epoch, Generation = version.Generation, Desired = new(plan, policyRevision) };
    }

    /// <summary>No policy governs the host: nothing is pushed, what runs goes on.</summary>
    public PlanLedger Release() => Desired is null ? this : this with { Desired = null, Trouble = null };

    /// <summary>A plan is on its way.</summary>
    public PlanLedger Push(IssuedPlan plan) => this with { InFlight = plan };

    /// <summary>No answer came in time; the newest plan may be pushed again.</summary>
    public PlanLedger GiveUpOnAnswer() => this with { InFlight = null };

    /// <summary>The agent applied a plan, but for <paramref name="refused"/>. The same ledger when that plan is not in flight.</summary>
    public PlanLedger Acknowledge(PlanVersion version, EquatableArray<string> refused)
    {
        if (InFlight is not { } plan || plan.Version != version)
        {
            return this;
        }

        return refused.IsEmpty
            ? this with { InFlight = null, Settled = plan, Running = version, Trouble = null }
            : this with { InFlight = null, Running = null, Trouble = new(version, $"refused in part: {string.Join("; ", refused)}") };
    }

    /// <summary>The agent did not take a plan. The same ledger when that plan is not in flight.</summary>
    public PlanLedger Refuse(PlanVersion version, PlanVersion? running, string reason) =>
        InFlight?.Version != version
            ? this
            : this with
            {
                InFlight = null,
                Running = running <= new PlanVersion(Epoch, Generation) ? running : null,
                Trouble = new(version, $"refused: {reason}"),
            };
}
