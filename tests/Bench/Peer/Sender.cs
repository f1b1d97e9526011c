using System.Net;
using System.Net.Sockets;
using Multipath.Agent.Hosting;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Sockets;
using Multipath.Lab.Baselines;
using Multipath.Lab.Net;
using Multipath.Lab.Traffic;
using Multipath.Protocol;

namespace Multipath.Bench.Peer;

/// <summary>Who sends to the kernel at the other end of the lab's links; what it set up is taken back at its disposal.</summary>
internal sealed class Sender : IDisposable
{
    /// <summary>The kernel's own name for what it does.</summary>
    internal const string Kernel = "kernel";

    /// <summary>With an agent, the suffix of a contestant's name.</summary>
    internal const string WithAgent = " and agent";

    /// <summary>Pinned at both ends: the machine's default is erratic on such links.</summary>
    private const string Congestion = "cubic";

    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(15);

    private readonly GapTopology _topology;
    private readonly HostStack? _stack;
    private readonly ConnectionOptions? _options;
    private readonly AgentHost? _agent;

    /// <param name="topology">Hosts and links.</param>
    /// <param name="name"><see cref="Kernel"/>, or a scheduler of ours, maybe <see cref="WithAgent"/>.</param>
    /// <param name="backup">The further paths stand by.</param>
    internal Sender(GapTopology topology, string name, bool backup)
    {
        _topology = topology;
        new KernelBaseline(backup).Configure(topology.Client, topology.Server, topology.Links);
        if (name == Kernel)
        {
            return;
        }

        _stack = HostStack.Open(topology.Client, topology.Links);
        var scheduler = name.Replace(WithAgent, "", StringComparison.Ordinal);
        if (scheduler == name)
        {
            _options = _stack.ByItself(scheduler, backup) with { Congestion = Congestion };
            return;
        }

        _options = new ConnectionOptions { Scheduler = scheduler, Congestion = Congestion };
        var agent = new AgentOptions("van") { Netns = topology.Client.Namespace, PolicyYaml = Policy(scheduler, backup) };
        _agent = AgentHost.Start(agent, _stack.Stack, _stack.Uplinks);
    }

    /// <summary>Starts a transfer to the server.</summary>
    internal IRunningTransfer Start(TransferSpec spec) => _stack is null
        ? Transfer.Start(spec with { Congestion = Congestion }, _topology.Client, _topology.Server)
        : Transfer.Start(spec with { Congestion = Congestion }, ConnectOurs, _topology.Server);

    /// <summary>Connects to a listener of the server's.</summary>
    internal ITransferEnd Connect(IPEndPoint remote)
    {
        if (_stack is not null)
        {
            return ConnectOurs(remote);
        }

        var socket = NetNamespace.Run(_topology.Client.Namespace, () => MptcpSocket.Create(AddressFamily.InterNetwork));
        socket.SetCongestionControl(Congestion);
        socket.Socket.Connect(remote);
        return new SocketEnd(socket, StallLimit);
    }

    public void Dispose()
    {
        _agent?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _stack?.Dispose();
    }

    private StackEnd ConnectOurs(IPEndPoint remote) =>
        new(_stack!.Stack.ConnectAsync(remote, options: _options).GetAwaiter().GetResult());

    private static string Policy(string scheduler, bool backup) => $$"""
        apiVersion: multipath/v1
        kind: Policy
        metadata: {name: bench}
        spec:
          hosts: ""
          paths:
          - {name: wifi, match: {interface: "wl*"}, preference: 1}
          - {name: lte, match: {interface: "wwan*"}, preference: 2}
          traffic:
          - {name: default, objective: {{(backup ? "handover" : "aggregate")}}, scheduler: {{scheduler}}}
          handover: {downAfter: 1s, lossPct: 60, upAfter: 2s}
        """;
}
