using Multipath.Lab.Packets.Watch;
using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>Runs one planned transfer from the first SYN to the end of the connection at both ends, and says what was wrong.</summary>
internal sealed class TransferRun
{
    /// <summary>After the end of a connection everything that it left behind must be gone within this time.</summary>
    private static readonly Duration _settling = Duration.FromSeconds(600);

    private readonly TransferPlan _plan;
    private readonly PacketNetwork _network;
    private readonly TransferEnd _client;
    private readonly TransferEnd _server;
    private readonly ClientPaths _paths;
    private readonly Stack _clientStack;
    private readonly Stack _serverStack;
    private readonly GatherWatch _clientDevice = new("client");
    private readonly GatherWatch _serverDevice = new("server");
    private Instant _ended;

    private TransferRun(TransferPlan plan, IPacketTap? tap)
    {
        _plan = plan;
        var hosts = new TwoHosts(plan.Seed, plan.IsV6, plan.Paths) { Offloads = plan.Offloads };
        _network = hosts.Network;
        _network.Trace.Tap = tap;
        var (client, server) = (hosts.MakeClient(plan.Mtu), hosts.MakeServer(plan.Mtu));
        (_clientStack, _serverStack) = (client, server);
        _paths = new ClientPaths(client, plan, hosts.Addresses, hosts.Server);
        var listener = server.Listen(hosts.Any, plan.Server);
        var connection = client.Connect(new Endpoint(hosts.Addresses[0], 0), hosts.Server, plan.Client, _network.Now);
        _client = new TransferEnd(client, plan, _paths, connection, null);
        _server = new TransferEnd(server, plan, new ServerPaths(server, plan, hosts.SecondServer), null, listener);
        var (clientPort, serverPort) = hosts.Join(
            Behind(plan.Gathers.Client ? _clientDevice : null, new StackNode(client, _client)),
            Behind(plan.Gathers.Server ? _serverDevice : null, new StackNode(server, _server)));
        clientPort.Watch = new NodeWatch("client", plan.Mtu);
        serverPort.Watch = new NodeWatch("server", plan.Mtu);
        hosts.Play(plan.Changes, _paths);
    }

    /// <summary>Runs it.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="tap">Who looks on.</param>
    internal static RunResult Run(TransferPlan plan, IPacketTap? tap = null)
    {
        var run = new TransferRun(plan, tap);
        var fault = run.RunGuarded();
        return new RunResult
        {
            Seed = plan.Seed,
            Fault = fault,
            Ended = run._ended,
            TraceHash = run._network.Trace.Hash,
            Packets = run._network.Trace.Packets,
            Bytes = run._client.In.Read + run._server.In.Read,
            FellBack = run._client.FellBack || run._server.FellBack,
            Subflows = run._paths.MostSubflows,
            Gathered = run._clientDevice.Joined + run._serverDevice.Joined,
        };
    }

    private string? RunGuarded()
    {
        try
        {
            return RunToEnd();
        }
        catch (SimulationFaultException broken)
        {
            return $"{broken.Message}: {State()}";
        }
#pragma warning disable CA1031 // Whatever a stack throws is what a run is to find.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            return thrown.ToString();
        }
    }

    private string? RunToEnd()
    {
        _network.Start();
        while (!((_client.IsOver || IsSpared(_client, _clientStack, _server))
            && (_server.IsOver || IsSpared(_server, _serverStack, _client))))
        {
            if (!_network.Step(_plan.Limit))
            {
                _ended = _network.Now;
                return $"not over at {_plan.Limit}: {State()}";
            }
        }

        _ended = _network.Now;
        return Judge("client", _client, _clientStack, _server) ?? Judge("server", _server, _serverStack, _client) ?? Settle();
    }

    /// <summary>An end may time out when all is done: the last acknowledgement can be lost with the last path.</summary>
    private string? Judge(string name, TransferEnd end, Stack stack, TransferEnd other)
    {
        if (end.HasVanished || other.HasVanished)
        {
            return end.HasVanished || !end.IsConnected || end.Reason is EndReason.TimedOut or EndReason.Finished ? null
                : $"{name} ended by {end.Reason} though the other one vanished: {State()}";
        }

        var isFinished = end.Reason == EndReason.Finished || (end.Reason == EndReason.TimedOut && other.Reason == EndReason.Finished);
        var isCutShort = end.Reason == EndReason.Aborted || other.Reason == EndReason.Aborted;

        // Who leaves bytes unread has read all others; what a slow reader at the other end had not read yet is lost with the reset.
        var isCut = isCutShort && (_plan.Unread is null || end.Reason != EndReason.Aborted);
        if (isCutShort && !(IsAnswer(end.Reason) || IsSpared(end, stack, other)))
        {
            return $"{name} ended by {end.Reason}: {State()}";
        }

        if (!isCut && (end.In.Read != end.In.Wanted || !(isFinished || isCutShort)))
        {
            return $"{name} got {end.In.Read} of {end.In.Wanted} bytes, then {end.Reason}: {State()}";
        }

        var excused = _plan.MayFallBack && end.FellBack;
        return end.In.Wrong > 0 && !excused ? $"{name} got {end.In.Wrong} wrong bytes, the first at {end.In.FirstWrong}" : null;
    }

    // What one end gives up, the other sees reset, or times out when no path told it, or had finished already.
    private bool IsAnswer(EndReason reason) =>
        (_plan.Abort is not null || _plan.Unread is not null)
        && reason is EndReason.Aborted or EndReason.Reset or EndReason.TimedOut or EndReason.Finished;

    // The other one gave up before the handshake was whole here, or vanished, and the handshake was given up too.
    private static bool IsSpared(TransferEnd end, Stack stack, TransferEnd other) =>
        !end.IsConnected && (other.Reason == EndReason.Aborted || (other.HasVanished && stack.ConnectionCount == 0));

    private string? Settle()
    {
        var until = _network.Now + _settling;
        while (_network.Step(until))
        {
        }

        var held = _network.PacketsHeld + _clientDevice.Held + _serverDevice.Held;
        return held == 0
            ? Leftover("client", _client, _clientStack) ?? Leftover("server", _server, _serverStack)
            : $"{held} packets are left over";
    }

    // What an end that vanished holds nobody will ever see.
    private string? Leftover(string name, TransferEnd end, Stack stack) =>
        end.HasVanished || (stack.ConnectionCount == 0 && stack.BufferBytes == 0)
            ? null
            : $"{name} still holds {stack.ConnectionCount} connections and {stack.BufferBytes} bytes of buffers: {State()}";

    private string State() =>
        $"client wrote {_client.Out.Written} and read {_client.In.Read}\n  {_client.Describe()}\n"
        + $"  server wrote {_server.Out.Written} and read {_server.In.Read}\n  {_server.Describe()}";

    private static INode Behind(GatherWatch? device, INode node) => device is null ? node : new GatheringNode(node, device);
}
