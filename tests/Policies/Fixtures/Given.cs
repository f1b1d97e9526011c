using System.Globalization;
using System.Net;
using Multipath.Policies.Model;
using Multipath.Policies.Rank;
using Multipath.Policies.Text;

namespace Multipath.Policies.Tests.Fixtures;

/// <summary>Policies, paths and times that the tests share.</summary>
internal static class Given
{
    internal static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    internal static readonly PathKey Wifi = Key("wlan0", "10.1.0.2");
    internal static readonly PathKey Lte = Key("wwan0", "10.2.0.2");
    internal static readonly PathKey Sat = Key("sat0", "10.3.0.2");

    internal static DateTimeOffset At(double seconds) => Noon + TimeSpan.FromMilliseconds(Math.Round(seconds * 1000));

    internal static PathKey Key(string name, string address) => new(name, IPAddress.Parse(address));

    internal static IPEndPoint EndPoint(string text) => IPEndPoint.Parse(text);

    internal static PathObservation Path(PathKey key, double? rtt = null, double? loss = null, PathState state = PathState.Up) =>
        new(key, state, RttMs: rtt, LossPct: loss);

    internal static HostObservation Host(params PathObservation[] paths) => new("van-1", 1, paths.ToEquatableArray());

    /// <summary>wifi (1, free), lte (2, 3.50), sat (3, 40, backup only); one class with <paramref name="objective"/>.</summary>
    internal static Policy Policy(string objective = "handover", string more = "", string target = "") => Parse(string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: vans}
        spec:
          hosts: ""
          paths:
          - {name: wifi, match: {interface: "wl*"}, preference: 1}
          - {name: lte, match: {interface: "wwan*"}, preference: 2, cost: {perGiB: 3.50} }
          - {name: sat, match: {interface: "sat*"}, preference: 3, cost: {perGiB: 40}, role: backup}
          traffic: [{name: default, objective: {{objective}}{{target}} }]
        {{more}}
        """));

    internal static Policy Parse(string yaml)
    {
        var result = PolicyText.Parse(yaml, "test.yaml");
        Assert.Empty(result.Errors);
        return result.Value!;
    }
}

/// <summary>A host that is ranked report after report.</summary>
internal sealed class RankedHost(Policy policy)
{
    internal PlanContent? Content { get; private set; }

    internal RankMemory Memory { get; private set; } = RankMemory.Empty;

    internal DateTimeOffset? NextDeadline { get; private set; }

    internal Policy Policy { get; set; } = policy;

    /// <summary>
    /// Ranks a report made <paramref name="seconds"/> after noon and tells the roles: <c>wlan0 active, wwan0 backup</c>.
    /// </summary>
    internal string Report(double seconds, params PathObservation[] paths)
    {
        var outcome = Ranker.Rank(new RankInput(Policy, Given.Host(paths), Content, Memory, Given.At(seconds)));
        (Content, Memory, NextDeadline) = (outcome.Content, outcome.Memory, outcome.NextDeadline);
        return Roles;
    }

    internal string Roles => string.Join(
        ", ", Content!.Classes[0].Paths.Select(p => $"{p.Path.Interface} {p.Role.ToString().ToLowerInvariant()}"));

    internal string ReasonOf(PathKey path) => Content!.Classes[0].Paths.Single(p => p.Path == path).Reason;
}
