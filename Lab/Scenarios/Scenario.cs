using System.Globalization;
using Multipath.Lab.Net;

namespace Multipath.Lab.Scenarios;

/// <summary>A scenario as its file says it: hosts, links, traffic and what happens when. Immutable, and complete once parsed.</summary>
internal sealed record Scenario(
    string Name, string Description, int Seed, TimeSpan Duration, IReadOnlyList<ScenarioHost> Hosts, IReadOnlyList<ScenarioLink> Links,
    IReadOnlyList<ScenarioTraffic> Traffic, IReadOnlyList<ScenarioEvent> Timeline)
{
    /// <summary>The fleet's policies: names of files beside the scenario's own.</summary>
    internal IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary>The same for a client of another name, with losses of its own: one of many hosts like it.</summary>
    /// <param name="client">Its name in place of the scenario's first client's.</param>
    /// <param name="index">Which of the many it is.</param>
    internal Scenario For(string client, int index)
    {
        var original = Hosts.First(host => !host.IsServer).Name;
        string Named(string name) => name == original ? client : name;
        return this with
        {
            Seed = Seed + index,
            Hosts = [.. Hosts.Select(host => host with { Name = Named(host.Name) })],
            Links = [.. Links.Select(link => link with { Client = Named(link.Client) })],
            Traffic = [.. Traffic.Select(traffic => traffic with { Client = Named(traffic.Client) })],
        };
    }
}

/// <summary>A host.</summary>
/// <param name="Name">Its name; part of its namespace's name.</param>
/// <param name="IsServer">True when others reach it over their uplinks.</param>
/// <param name="Labels">The labels that policies select it by.</param>
internal sealed record ScenarioHost(string Name, bool IsServer, IReadOnlyDictionary<string, string> Labels);

/// <summary>An uplink of a client; the order of a client's links is the order of its default routes.</summary>
/// <param name="Name">Its name in the timeline.</param>
/// <param name="Client">The host whose uplink it is.</param>
/// <param name="Server">The host at its far end.</param>
/// <param name="Interface">The client's interface.</param>
/// <param name="Upload">Knobs from client to server at the start.</param>
/// <param name="Download">Knobs from server to client at the start.</param>
internal sealed record ScenarioLink(
    string Name, string Client, string Server, string Interface, LinkKnobs Upload, LinkKnobs Download);

/// <summary>A transfer.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Client">Who connects.</param>
/// <param name="Server">Who listens.</param>
/// <param name="At">When it begins, from the scenario's start.</param>
/// <param name="Direction">Which way the data flows.</param>
/// <param name="BitsPerSecond">Pace; 0 for as fast as it goes.</param>
/// <param name="Duration">Longest time of sending.</param>
/// <param name="Port">The server's port; 0 for any.</param>
internal sealed record ScenarioTraffic(
    string Name, string Client, string Server, TimeSpan At, Direction Direction, long BitsPerSecond, TimeSpan Duration, int Port);

/// <summary>A moment of the timeline: something about a link changes.</summary>
/// <param name="At">When, from the scenario's start.</param>
/// <param name="Link">The link.</param>
/// <param name="Change">What changes; the rest stays.</param>
/// <param name="Note">What an onlooker should be told; empty when nothing.</param>
internal sealed record ScenarioEvent(TimeSpan At, string Link, LinkChange Change, string Note);

/// <summary>A change of a link's knobs, in both directions alike; null leaves a knob as it is.</summary>
internal sealed record LinkChange(
    long? BitsPerSecond = null, TimeSpan? Rtt = null, TimeSpan? Jitter = null, double? Loss = null, Outage? Outage = null)
{
    /// <summary>The change in words, such as <c>loss 20%, outage Down</c>.</summary>
    public override string ToString()
    {
        var culture = CultureInfo.InvariantCulture;
        string?[] parts =
        [
            BitsPerSecond is { } rate ? string.Create(culture, $"{rate / 1e6:0.###} Mbit/s") : null,
            Rtt is { } rtt ? string.Create(culture, $"round trip {rtt.TotalMilliseconds:0.###} ms") : null,
            Jitter is { } jitter ? string.Create(culture, $"jitter {jitter.TotalMilliseconds:0.###} ms") : null,
            Loss is { } loss ? string.Create(culture, $"loss {loss * 100:0.###}%") : null,
            Outage is { } outage ? $"outage {outage}" : null,
        ];
        return string.Join(", ", parts.Where(part => part is not null));
    }

    /// <summary>The knobs after the change.</summary>
    internal LinkKnobs Apply(LinkKnobs knobs) => knobs with
    {
        BitsPerSecond = BitsPerSecond ?? knobs.BitsPerSecond,
        Delay = Rtt / 2 ?? knobs.Delay,
        Jitter = Jitter ?? knobs.Jitter,
        Loss = Loss ?? knobs.Loss,
    };

    /// <summary>Changes a running link.</summary>
    internal void ApplyTo(Link link)
    {
        link.Set(Apply);
        if (Outage is { } outage)
        {
            link.Set(outage);
        }
    }
}

/// <summary>A scenario's text is wrong: where, and what was expected.</summary>
internal sealed class ScenarioException(string file, long line, long column, string problem)
    : Exception($"{file}:{line}:{column}: {problem}")
{
    /// <summary>The line, from 1.</summary>
    internal long Line { get; } = line;

    /// <summary>The column, from 1.</summary>
    internal long Column { get; } = column;
}
