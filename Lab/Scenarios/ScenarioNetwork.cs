using Multipath.Agent.Hosting;
using Multipath.Lab.Demo;
using Multipath.Lab.Net;
using Multipath.Lab.Traffic;

namespace Multipath.Lab.Scenarios;

/// <summary>A scenario's hosts and links, made; it plays the timeline on them and starts the traffic.</summary>
internal sealed class ScenarioNetwork : IScenarioNetwork
{
    private readonly Scenario _scenario;
    private readonly Dictionary<string, NetHost> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Link> _links = new(StringComparer.Ordinal);

    private ScenarioNetwork(Scenario scenario, LabNetwork lab)
    {
        _scenario = scenario;
        Lab = lab;
        foreach (var host in scenario.Hosts)
        {
            _hosts[host.Name] = host.IsServer ? lab.AddServer(host.Name) : lab.AddHost(host.Name);
        }

        foreach (var link in scenario.Links)
        {
            _links[link.Name] = lab.AddLink(
                link.Name, Host(link.Client), Host(link.Server), link.Interface, link.Upload, link.Download, scenario.Seed);
        }
    }

    /// <inheritdoc/>
    public string DataPlane => "kernel";

    /// <summary>The hosts' namespaces.</summary>
    public IEnumerable<string> Hosts => Lab.Hosts.Select(host => host.Namespace);

    /// <summary>The network that carries it.</summary>
    internal LabNetwork Lab { get; }

    /// <summary>Makes everything that the scenario names.</summary>
    /// <exception cref="IOException">The machine refused a part; nothing is left behind.</exception>
    internal static ScenarioNetwork Create(Scenario scenario, bool endOnSignals = true)
    {
        var lab = LabNetwork.Create(endOnSignals);
        try
        {
            return new ScenarioNetwork(scenario, lab);
        }
        catch
        {
            lab.Dispose();
            throw;
        }
    }

    /// <summary>A host by its name in the scenario.</summary>
    internal NetHost Host(string name) => _hosts[name];

    /// <summary>A link by its name in the scenario.</summary>
    internal Link Link(string name) => _links[name];

    /// <inheritdoc/>
    public AgentHost StartAgent(AgentOptions options) => AgentHost.Start(options with { Netns = Host(options.Host).Namespace });

    /// <inheritdoc/>
    IRunningTransfer IScenarioNetwork.Start(ScenarioTraffic traffic) => Start(traffic);

    /// <summary>Starts one of the scenario's transfers, now.</summary>
    internal Transfer Start(ScenarioTraffic traffic) => Transfer.Start(
        new TransferSpec(traffic.Direction, traffic.BitsPerSecond, traffic.Duration) { Port = traffic.Port, Seed = (ulong)_scenario.Seed },
        Host(traffic.Client), Host(traffic.Server));

    /// <inheritdoc/>
    public Task PlayAsync(Action<ScenarioEvent> done, TimeProvider clock, CancellationToken cancellation) =>
        TimelinePlayer.PlayAsync(_scenario.Timeline, due => due.Change.ApplyTo(Link(due.Link)), done, clock, cancellation);

    /// <inheritdoc/>
    public void Dispose() => Lab.Dispose();
}
