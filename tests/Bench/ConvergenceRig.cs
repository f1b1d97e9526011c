using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Multipath.Agent.Hosting;
using Multipath.Agent.Inventory;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Netlink;
using Multipath.Contracts.Wire;
using Multipath.Lab.Crowd;
using Multipath.Lab.Net;

namespace Multipath.Bench;

/// <summary>The moments of one change, all by the one clock of the machine.</summary>
/// <param name="Up">The link came back; else it went down.</param>
/// <param name="Commanded">Before <c>ip link set</c> was started.</param>
/// <param name="Told">The kernel's message that turned the path's state was read, by a listener beside the agent's own.</param>
/// <param name="Applied">The agent told that it runs the new plan.</param>
/// <param name="Acknowledged">The silo took the acknowledgement.</param>
/// <param name="Seen">A watcher of the fleet read of it.</param>
internal sealed record ConvergenceStep(
    bool Up, DateTimeOffset Commanded, DateTimeOffset Told, DateTimeOffset Applied, DateTimeOffset Acknowledged, DateTimeOffset Seen);

/// <summary>
/// A silo in a folder of its own, and an agent in a network namespace with three links, of which the preferred one is switched.
/// </summary>
internal sealed class ConvergenceRig : IAsyncDisposable
{
    private const string HostName = "van";
    private const string Switched = "wlan0";

    private const string Policy = """
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: vans}
        spec:
          hosts: ""
          paths:
          - {name: wifi, match: {interface: wlan0}, preference: 1}
          - {name: lte,  match: {interface: wwan0}, preference: 2}
          - {name: sim2, match: {interface: wwan1}, preference: 3}
          traffic:
          - {name: default, objective: handover}
          handover: {upAfter: 0ms, budgetPerHour: 1000}
        """;

    /// <summary>For one change; a machine that needs longer has another trouble.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("mpbench-").FullName;
    private readonly NetHost _host = NetHost.Create(HostName);
    private readonly PlanLog _log = new();
    private LabSilos? _silos;
    private GrpcChannel? _channel;
    private AsyncServerStreamingCall<FleetEvent>? _watch;
    private NetlinkListener<LinkTold>? _links;
    private AgentHost? _agent;

    private ConvergenceRig()
    {
    }

    private Fleet.FleetClient Client => new(_channel);

    /// <summary>Starts all of it; when this returns, the host runs its first plan.</summary>
    public static async Task<ConvergenceRig> StartAsync()
    {
        var rig = new ConvergenceRig();
        try
        {
            rig.AddLinks();
            await rig.StartSiloAsync();
            rig._agent = AgentHost.Start(new AgentOptions(HostName)
            {
                Silo = rig._silos!.Agents,
                Netns = rig._host.Namespace,
                Log = rig._log,
            });
            using var limit = new CancellationTokenSource(Patience);
            await rig.SettledAsync(limit.Token);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Switches the link and waits until the fleet has settled on the plan that follows.</summary>
    /// <exception cref="OperationCanceledException">It did not within <see cref="Patience"/>.</exception>
    public async Task<ConvergenceStep> ChangeAsync(bool up)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (_links!.Events.TryRead(out _))
        {
            // What the change before left behind.
        }

        // Read meanwhile: the plan may be acknowledged before ip has ended.
        var settled = SettledAsync(limit.Token);
        var commanded = DateTimeOffset.UtcNow;
        await Task.Run(() => IpCommand.Run("-n", _host.Namespace, "link", "set", Switched, up ? "up" : "down"), limit.Token);
        var (version, acknowledged, seen) = await settled;
        LinkTold told;
        do
        {
            told = await _links.Events.ReadAsync(limit.Token);
        }
        while (told.Running != up);

        return new ConvergenceStep(up, commanded, told.At, _log.Take(version), acknowledged, seen);
    }

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
        {
            await _agent.DisposeAsync();
        }

        _links?.Dispose();
        _watch?.Dispose();
        _channel?.Dispose();
        if (_silos is not null)
        {
            await _silos.DisposeAsync();
        }

        _host.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Pairs of veth whose far ends stay in the namespace: they have no address, so that they are no paths.</summary>
    private void AddLinks()
    {
        string[] names = [Switched, "wwan0", "wwan1"];
        IpCommand.Batch(_host.Namespace, names.SelectMany((name, index) => new[]
        {
            $"link add {name} type veth peer name far{index}",
            $"address add 10.73.{index}.1/24 dev {name}",
            $"link set far{index} up",
            $"link set {name} up",
        }));
        _links = NetNamespace.Run(_host.Namespace, () => NetlinkListener<LinkTold>.Open(
            NetlinkConstants.ProtocolRoute,
            RouteCodec.Groups,
            static (out bool _) => throw new InvalidOperationException("Messages of the kernel were lost."),
            static (in NetlinkMessage message) =>
                RouteCodec.Parse(message) is InventoryChange.LinkChanged({ Name: Switched } link)
                    ? new LinkTold(link.IsRunning, DateTimeOffset.UtcNow)
                    : null));
    }

    private async Task StartSiloAsync()
    {
        _silos = await LabSilos.StartAsync(_folder);
        _channel = GrpcChannel.ForAddress(_silos.Operators);
        await Client.ApplyPolicyAsync(new ApplyPolicyRequest { Yaml = Policy });
        _watch = Client.Watch(new WatchRequest { Host = HostName });
        await _watch.ResponseHeadersAsync;
    }

    /// <summary>Reads events until a plan is acknowledged that is also the newest one.</summary>
    private async Task<(string Version, DateTimeOffset Acknowledged, DateTimeOffset Seen)> SettledAsync(CancellationToken cancellation)
    {
        while (await _watch!.ResponseStream.MoveNext(cancellation))
        {
            var (seen, happened) = (DateTimeOffset.UtcNow, _watch.ResponseStream.Current);
            if (happened.Kind == "refused")
            {
                throw new InvalidOperationException($"The plan was refused: {happened.Text}");
            }

            if (happened.Kind == "acked" && await IsSettledAsync(happened.Version, cancellation))
            {
                var version = $"{happened.Version.Epoch}.{happened.Version.Generation}";
                return (version, DateTimeOffset.UnixEpoch.AddMicroseconds(happened.AtUs), seen);
            }
        }

        throw new InvalidOperationException("The silo ended the watch.");
    }

    private async Task<bool> IsSettledAsync(PlanVersion version, CancellationToken cancellation)
    {
        var hosts = await Client.ListHostsAsync(new ListHostsRequest(), cancellationToken: cancellation);
        return hosts.Hosts.Single() is { Status: HostStatus.Settled } host && host.Running.Equals(version);
    }

    private sealed record LinkTold(bool Running, DateTimeOffset At);

    /// <summary>The agent's log, of which it keeps when which plan was applied.</summary>
    private sealed class PlanLog : StringWriter
    {
        private const string Mark = " plan version=";

        private readonly ConcurrentDictionary<string, DateTimeOffset> _appliedAt = new();

        public override void WriteLine(string? value)
        {
            var at = DateTimeOffset.UtcNow;
            if (value?.IndexOf(Mark, StringComparison.Ordinal) is int mark and >= 0)
            {
                _appliedAt[value[(mark + Mark.Length)..].Split(' ')[0]] = at;
            }
        }

        public DateTimeOffset Take(string version) => _appliedAt.TryRemove(version, out var at)
            ? at
            : throw new InvalidOperationException($"The agent did not tell that it applied plan {version}.");
    }
}
