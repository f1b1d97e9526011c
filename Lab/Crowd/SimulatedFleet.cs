using System.Globalization;

namespace Multipath.Lab.Crowd;

/// <summary>Many agents of one process, for what a silo does to thousands: load, loss of a silo, restarts.</summary>
internal sealed class SimulatedFleet : IAsyncDisposable
{
    private readonly FleetMember[] _members;

    private SimulatedFleet(FleetMember[] members) => _members = members;

    /// <summary>How many.</summary>
    public int Count => _members.Length;

    /// <summary>With a session.</summary>
    public int Connected => _members.Count(member => member.IsConnected);

    /// <summary>Starts agents that connect to any of the silos.</summary>
    /// <param name="count">How many.</param>
    /// <param name="silos">Of one cluster.</param>
    /// <param name="seed">Of their backoff and their choices.</param>
    public static SimulatedFleet Start(int count, IReadOnlyList<Uri> silos, int seed = 1) => new([.. Enumerable.Range(0, count).Select(i =>
        new FleetMember(string.Create(CultureInfo.InvariantCulture, $"member-{i:D5}"), silos, new Random(seed + i)))]);

    /// <summary>How many run a plan of this policy text.</summary>
    public int Running(string policyYaml) => _members.Count(member => member.PolicyYaml == policyYaml);

    /// <summary>Lets a share of the agents report another round-trip time.</summary>
    /// <param name="every">Each so-manieth.</param>
    /// <param name="rttMs">What they see.</param>
    public void Observe(int every, double rttMs)
    {
        for (var i = 0; i < _members.Length; i += every)
        {
            _members[i].Observe(rttMs);
        }
    }

    /// <summary>A policy for all of them; another preference makes another plan for each.</summary>
    /// <param name="wifi">Of the first path.</param>
    /// <param name="lte">Of the second.</param>
    public static string Policy(int wifi, int lte) => $$"""
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: simulated}
        spec:
          hosts: {{FleetMember.Selector}}
          paths:
          - {name: wifi, match: {interface: wlan0}, preference: {{wifi}}}
          - {name: lte, match: {interface: wwan0}, preference: {{lte}}}
          traffic:
          - {name: default, objective: handover}
        """;

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }
    }
}
