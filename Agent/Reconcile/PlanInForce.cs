using Multipath.Agent.LastPlan;
using Multipath.Policies.Model;
using Multipath.Policies.Rank;
using Multipath.Policies.Text;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// What the host follows: the plan that the silo gave, or, while the silo is away, the one that the agent ranks itself by the same policy
/// on its own observations. A plan made here never gets a version: whatever the silo gives next is newer. No IO.
/// </summary>
/// <param name="host">The host's id.</param>
internal sealed class PlanInForce(string host)
{
    /// <summary>A stream that breaks and is back within this was never away.</summary>
    public static readonly TimeSpan AwayAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A silo that is back has ranked the first report within this; if it then has no newer plan, the one it gave holds again.
    /// </summary>
    public static readonly TimeSpan BackAfter = TimeSpan.FromSeconds(2);

    private Policy? _policy;
    private RankMemory _memory = RankMemory.Empty;
    private DateTimeOffset? _rankAt;
    private DateTimeOffset? _awayAt;
    private DateTimeOffset? _backAt;

    /// <summary>The plan of the silo; null before the first.</summary>
    public KeptPlan? Given { get; private set; }

    /// <summary>What holds; null for nothing, and then nothing is touched.</summary>
    public PlanContent? Content { get; private set; }

    /// <summary>True when the agent ranks by itself.</summary>
    public bool RanksItself { get; private set; }

    /// <summary>Why the policy's text cannot be used for ranking here; empty when it can, or when there is none.</summary>
    public string PolicyTrouble { get; private set; } = "";

    /// <summary>When <see cref="Rank"/> has something to do although nothing changed.</summary>
    public DateTimeOffset? NextDeadline => Earliest(_awayAt, Earliest(_backAt, RanksItself ? _rankAt : null));

    /// <summary>A policy for a host that has no silo, or has not heard of it yet.</summary>
    public void Follow(Policy policy, DateTimeOffset now)
    {
        _policy = policy;
        (RanksItself, _rankAt) = (true, now);
    }

    /// <summary>The silo's plan holds from now on.</summary>
    public void Adopt(KeptPlan plan)
    {
        Given = plan;
        Content = plan.Plan.Content;
        _memory = RankMemory.Empty;
        (RanksItself, _rankAt, _backAt) = (false, null, null);
        (_policy, PolicyTrouble) = Parse(plan.PolicyYaml);
    }

    public void SiloAway(DateTimeOffset now)
    {
        _backAt = null;
        _awayAt ??= now + AwayAfter;
    }

    public void SiloBack(DateTimeOffset now)
    {
        _awayAt = null;
        _backAt = RanksItself && Given is not null ? now + BackAfter : null;
    }

    /// <summary>Ranks if it is this agent's turn.</summary>
    /// <param name="paths">What was observed.</param>
    /// <param name="connections">Number of connections.</param>
    /// <param name="now">The time.</param>
    /// <returns>True when another plan holds from now on.</returns>
    public bool Rank(EquatableArray<PathObservation> paths, int connections, DateTimeOffset now)
    {
        if (_awayAt <= now)
        {
            _awayAt = null;
            RanksItself = _policy is not null;
        }

        if (_backAt <= now)
        {
            _backAt = null;
            RanksItself = false;
            return Take(Given!.Plan.Content);
        }

        if (!RanksItself || _policy is not { } policy)
        {
            return false;
        }

        var outcome = Ranker.Rank(new RankInput(policy, new HostObservation(host, 1, paths, connections), Content, _memory, now));
        (_memory, _rankAt) = (outcome.Memory, outcome.NextDeadline);
        return Take(outcome.Content);
    }

    private bool Take(PlanContent content)
    {
        var changed = Content is not { } before || !Ranker.SameDecisions(before, content);
        Content = content;
        return changed;
    }

    private static (Policy? Policy, string Trouble) Parse(string yaml)
    {
        if (yaml.Length == 0)
        {
            return (null, "");
        }

        var parsed = PolicyText.Parse(yaml, "policy");
        return parsed.Value is { } policy ? (policy, "") : (null, string.Join("; ", parsed.Errors));
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? left, DateTimeOffset? right) =>
        left is null ? right : right is null || left < right ? left : right;
}
