using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Multipath.Contracts.Wire;
using Path = Multipath.Contracts.Wire.Path;

namespace Multipath.Silo.Tests.Support;

/// <summary>An agent's end of a session, spoken by hand.</summary>
internal sealed class TestAgent : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<AgentMessage, SiloMessage> _call;
    private readonly CancellationTokenSource _patience = new(TestSilo.Patience);
    private readonly string _host;

    private TestAgent(AsyncDuplexStreamingCall<AgentMessage, SiloMessage> call, string host) => (_call, _host) = (call, host);

    public ulong Sequence { get; set; }

    public static async Task<TestAgent> Connect(AgentGateway.AgentGatewayClient gateway, Hello hello, string labels)
    {
        foreach (var label in labels.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            hello.Labels.Add(label.Split('=')[0], label.Split('=')[1]);
        }

        var agent = new TestAgent(gateway.Connect(), hello.Host) { Sequence = hello.ObservationSequence };
        try
        {
            await agent.Send(new AgentMessage { Hello = hello });
        }
        catch (RpcException)
        {
            // A silo that sheds load ends the call before it reads; End() tells how.
        }

        return agent;
    }

    public static Path Path(string name, string address, PathState state = PathState.Up, double? rttMs = 20)
    {
        var path = new Path { Id = Id(name, address), State = state };
        if (rttMs is { } rtt)
        {
            path.RttMs = rtt;
        }

        return path;
    }

    public static PathId Id(string name, string address) =>
        new() { Interface = name, Address = ByteString.CopyFrom(IPAddress.Parse(address).GetAddressBytes()) };

    public Task Send(AgentMessage message) => _call.RequestStream.WriteAsync(message, _patience.Token);

    public Task Report(params Path[] paths) =>
        Send(new AgentMessage { Report = new Report { Host = _host, Sequence = ++Sequence, Paths = { paths } } });

    /// <summary>A whole report of a Wi-Fi and an LTE path.</summary>
    public Task ReportAll(PathState wifi = PathState.Up, PathState lte = PathState.Up) => Send(new AgentMessage
    {
        Report = new Report
        {
            Host = _host,
            Sequence = ++Sequence,
            Full = true,
            Paths = { Path("wlan0", "10.1.0.2", wifi), Path("wwan0", "10.2.0.2", lte, 60) },
        },
    });

    /// <summary>Reports everything and waits for the plan that is made of it.</summary>
    public async Task<Plan> FirstPlan()
    {
        await ReportAll();
        return await Plan();
    }

    public Task Ack(Plan plan, params ActionResult[] refused) =>
        Send(new AgentMessage { PlanAck = new PlanAck { Version = plan.Version, Refused = { refused } } });

    public Task Nack(Plan plan, string reason, PlanVersion? running = null) =>
        Send(new AgentMessage { PlanNack = new PlanNack { Version = plan.Version, Running = running, Reason = reason } });

    public Task Heartbeat(ulong sequence) => Send(new AgentMessage { Heartbeat = new Heartbeat { Sequence = sequence } });

    public async Task<SiloMessage> Next()
    {
        Assert.True(await _call.ResponseStream.MoveNext(_patience.Token), "the silo ended the session");
        return _call.ResponseStream.Current;
    }

    /// <summary>The next message of this kind; those before it are passed over.</summary>
    public async Task<SiloMessage> Next(SiloMessage.BodyOneofCase kind)
    {
        var message = await Next();
        while (message.BodyCase != kind)
        {
            message = await Next();
        }

        return message;
    }

    public async Task<Plan> Plan() => (await Next(SiloMessage.BodyOneofCase.Plan)).Plan;

    /// <summary>Acknowledges plans until one has this interface active.</summary>
    public async Task UntilActive(string name)
    {
        var plan = await Plan();
        while (!plan.Classes[0].Paths.Any(path => path.Path.Interface == name && path.Role == PathRole.Active))
        {
            await Ack(plan);
            plan = await Plan();
        }
    }

    /// <summary>
    /// What the silo sent up to its answer to a heartbeat. The outbox sends plans and requests before heartbeats, and the host's grain
    /// takes messages in order, so that nothing that was caused earlier can still come.
    /// </summary>
    public async Task<IReadOnlyList<SiloMessage>> UntilQuiet()
    {
        var seen = new List<SiloMessage>();
        for (ulong beat = 1_000; beat < 1_003; beat++)
        {
            await Heartbeat(beat);
            var message = await Next();
            while (message.BodyCase != SiloMessage.BodyOneofCase.Heartbeat || message.Heartbeat.Sequence != beat)
            {
                seen.Add(message);
                message = await Next();
            }
        }

        return seen;
    }

    /// <summary>The status with which the silo ends the session.</summary>
    public async Task<Status> End()
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(_patience.Token))
            {
            }

            return _call.GetStatus();
        }
        catch (RpcException error)
        {
            return error.Status;
        }
    }

    public async Task Finish()
    {
        await _call.RequestStream.CompleteAsync();
        await End();
    }

    public ValueTask DisposeAsync()
    {
        _call.Dispose();
        _patience.Dispose();
        return ValueTask.CompletedTask;
    }
}
