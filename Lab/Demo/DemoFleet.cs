using System.Collections.Immutable;
using Grpc.Net.Client;
using Multipath.Agent.Hosting;
using Multipath.Contracts.Wire;
using Multipath.Lab.Crowd;
using Multipath.Lab.Net;
using Multipath.Lab.Scenarios;

namespace Multipath.Lab.Demo;

/// <summary>
/// The control plane of a scenario: a silo in a folder of its own, the scenario's policies, and an agent on each host.
/// </summary>
/// <remarks>
/// The silo is reached from the lab's own namespace, so that what is measured on the emulated links is the traffic alone.
/// </remarks>
internal sealed class DemoFleet : IAsyncDisposable
{
    private static int _folders;

    private readonly List<AgentHost> _agents = [];
    private readonly string _folder = NewFolder();
    private GrpcChannel? _channel;
    private LabSilos? _silos;

    /// <summary>The operator's side of the silo; valid once started.</summary>
    public Fleet.FleetClient Client => new(_channel ?? throw new InvalidOperationException("The fleet has not started."));

    /// <summary>False alarms of all agents' blackhole reflexes.</summary>
    public long FalseAlarms => _agents.Sum(agent => agent.FalseAlarms);

    /// <summary>Starts the silo and applies the policies.</summary>
    /// <exception cref="Grpc.Core.RpcException">The silo refused a policy.</exception>
    public async Task StartSiloAsync(IReadOnlyList<PolicyFile> policies)
    {
        _silos = await LabSilos.StartAsync(_folder);
        _channel = GrpcChannel.ForAddress(_silos.Operators);
        foreach (var policy in policies)
        {
            await Client.ApplyPolicyAsync(new ApplyPolicyRequest { Yaml = policy.Yaml, FileName = policy.FileName });
        }
    }

    /// <summary>Starts an agent in each host's namespace.</summary>
    /// <param name="hosts">The hosts and their namespaces.</param>
    /// <param name="unsentLimit">As in <see cref="AgentOptions.UnsentLimit"/>.</param>
    /// <exception cref="AgentCannotRunException">A host's kernel cannot be steered.</exception>
    public void StartAgents(IEnumerable<(ScenarioHost Host, string Namespace)> hosts, int? unsentLimit = null)
    {
        foreach (var (host, netns) in hosts)
        {
            StartAgent(host, options => AgentHost.Start(options with { Netns = netns, UnsentLimit = unsentLimit }));
        }
    }

    /// <summary>Starts the agent of a host.</summary>
    /// <param name="host">Which.</param>
    /// <param name="start">Starts it where the host is.</param>
    /// <exception cref="AgentCannotRunException">The host cannot be steered.</exception>
    public void StartAgent(ScenarioHost host, Func<AgentOptions, AgentHost> start) => _agents.Add(start(new AgentOptions(host.Name)
    {
        Silo = _silos?.Agents,
        Labels = host.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal),
    }));

    /// <summary>Waits until every host runs the plan that it should.</summary>
    /// <exception cref="TimeoutException">A host did not settle; the message says which and why.</exception>
    public async Task SettleAsync(IReadOnlyList<ScenarioHost> hosts, TimeSpan limit, CancellationToken cancellation)
    {
        using var expired = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        expired.CancelAfter(limit);
        foreach (var host in hosts)
        {
            await SettleAsync(host.Name, expired.Token, cancellation);
        }
    }

    /// <summary>Stops the silo; the agents go on by themselves.</summary>
    public async Task StopSiloAsync()
    {
        _channel?.Dispose();
        _channel = null;
        if (_silos is { } silos)
        {
            _silos = null;
            await silos.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.DisposeAsync();
        }

        await StopSiloAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Named after the process, so that a later run removes it if this one cannot.</summary>
    private static string NewFolder()
    {
        var name = new LabName(Environment.ProcessId, $"silo-{Interlocked.Increment(ref _folders)}");
        return Directory.CreateDirectory(
            System.IO.Path.Combine(System.IO.Path.GetTempPath(), name.ToString())).FullName;
    }

    private async Task SettleAsync(string host, CancellationToken expired, CancellationToken cancellation)
    {
        var last = "it never came";
        var every = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            do
            {
                var hosts = await Client.ListHostsAsync(new ListHostsRequest(), cancellationToken: expired);
                if (hosts.Hosts.FirstOrDefault(one => one.Host == host) is not { } summary)
                {
                    continue;
                }

                if (summary.Status is HostStatus.Settled)
                {
                    return;
                }

                last = $"its status is {summary.Status}";
            }
            while (await every.WaitForNextTickAsync(expired));
        }
        catch (Exception e) when (e is OperationCanceledException or Grpc.Core.RpcException { StatusCode: Grpc.Core.StatusCode.Cancelled })
        {
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException($"Host {host} did not settle on its plan: {last}.");
        }
    }
}

/// <summary>A policy to apply.</summary>
/// <param name="FileName">For error texts.</param>
/// <param name="Yaml">Its text.</param>
internal sealed record PolicyFile(string FileName, string Yaml)
{
    /// <summary>Reads a policy.</summary>
    /// <exception cref="IOException">There is no such file.</exception>
    public static PolicyFile Read(string path) => new(System.IO.Path.GetFileName(path), File.ReadAllText(path));
}
