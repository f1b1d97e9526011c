using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Multipath.Agent.Hosting;
using Multipath.Agent.Mapping;
using Multipath.Agent.Session;
using Multipath.Agent.Tests.Mapping;
using Multipath.Policies.Model;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Agent.Tests.Session;

/// <summary>The session whole, over HTTP/2 on loopback, against a silo that does what the test says.</summary>
public sealed class SessionOverGrpcTests : IAsyncLifetime, ISessionOwner
{
    private readonly Gateway _silo = new();
    private readonly Channel<string> _told = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource _stop = new();
    private WebApplication _server = null!;
    private GrpcSiloLink _link = null!;
    private SessionShell _shell = null!;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(_silo);
        _server = builder.Build();
        _server.MapGrpcService<Gateway>();
        await _server.StartAsync();

        var clock = new AgentClock(TimeProvider.System);
        var options = new Multipath.Agent.Session.SessionOptions(
            "van-1", ImmutableSortedDictionary<string, string>.Empty.Add("class", "van"), "1", new HostCapabilities(["default"], "6.18"));
        _link = new GrpcSiloLink(new Uri(_server.Urls.First()), "van-1", new SocketsHttpHandler());
        _shell = new SessionShell(new SessionMachine(options, null, new Random(1), clock.Now), _link, this, clock, TimeProvider.System);
        var path = new PathObservation(new PathKey("wlan0", IPAddress.Parse("10.1.0.2")), PathState.Up, RttMs: 20);
        _shell.Publish(new HostNews(new HostSnapshot(clock.Now, [path], [], ImmutableSortedDictionary<string, ulong>.Empty), []));
        _running = _shell.RunAsync(_stop.Token);
    }

    [Fact]
    public async Task It_says_hello_reports_takes_a_plan_and_comes_back_after_a_break()
    {
        var hello = (await _silo.NextAsync()).Hello;
        Assert.Equal(("van-1", "van"), (hello.Host, hello.Labels["class"]));
        var welcome = new Wire.Welcome { HeartbeatIntervalMs = 60_000, ReportIntervalMs = 50, Silo = "one" };
        await _silo.SayAsync(new Wire.SiloMessage { Welcome = welcome });
        Assert.Equal("back one", await _told.Reader.ReadAsync());
        var report = (await _silo.NextAsync()).Report;
        Assert.Equal((1ul, true, 20.0), (report.Sequence, report.Full, report.Paths[0].RttMs));

        var plan = PlanWriter.ToWire(PlanReaderTests.Example(1, 1), "yaml");
        plan.Traceparent = "00-decision";
        await _silo.SayAsync(new Wire.SiloMessage { Plan = plan });
        Assert.Equal("apply 1.1 yaml 00-decision", await _told.Reader.ReadAsync());
        var ack = (await _silo.NextAsync()).PlanAck;
        Assert.Equal(("EINVAL", "00-application"), (ack.Refused[0].Error, ack.Traceparent));

        var spoiled = PlanWriter.ToWire(PlanReaderTests.Example(1, 2), "");
        spoiled.Limits.Subflows = 99;
        await _silo.SayAsync(new Wire.SiloMessage { Plan = spoiled });
        Assert.Equal("limits are at most 8, and one subflow at least", (await _silo.NextAsync()).PlanNack.Reason);

        _silo.Break();
        Assert.StartsWith("away ", await _told.Reader.ReadAsync(), StringComparison.Ordinal);
        var again = (await _silo.NextAsync()).Hello;
        Assert.Equal((null, plan.Version, 1ul), (again.Running, again.Taken, again.ObservationSequence));
        await _silo.SayAsync(new Wire.SiloMessage { Welcome = welcome });
        await _silo.SayAsync(new Wire.SiloMessage { Plan = plan });
        Assert.Equal("EINVAL", (await _silo.NextAsync()).PlanAck.Refused[0].Error);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _silo.Break();
        _link.Dispose();
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    void ISessionOwner.Apply(SessionEffect.Apply apply, Action<PlanOutcome> done)
    {
        _told.Writer.TryWrite($"apply {apply.Plan.Version} {apply.PolicyYaml} {apply.Trace}");
        done(new PlanOutcome(apply.Plan.Version, [], [new ActionOutcome("create", "why", "EINVAL")], "00-application"));
    }

    void ISessionOwner.Sending(AgentMessage message)
    {
    }

    void ISessionOwner.SiloBack(string silo, TimeSpan reportInterval) => _told.Writer.TryWrite($"back {silo}");

    void ISessionOwner.SiloAway(string reason) => _told.Writer.TryWrite($"away {reason}");

    private sealed class Gateway : Wire.AgentGateway.AgentGatewayBase
    {
        private readonly Channel<Wire.AgentMessage> _heard = Channel.CreateUnbounded<Wire.AgentMessage>();
        private TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile IServerStreamWriter<Wire.SiloMessage>? _writer;

        public override async Task Connect(
            IAsyncStreamReader<Wire.AgentMessage> requestStream,
            IServerStreamWriter<Wire.SiloMessage> responseStream,
            ServerCallContext context)
        {
            (_writer, _broken) = (responseStream, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var reading = ReadAsync(requestStream, context.CancellationToken);
            await Task.WhenAny(reading, _broken.Task);
        }

        public async Task<Wire.AgentMessage> NextAsync()
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(15));
            return await _heard.Reader.ReadAsync(patience.Token);
        }

        public Task SayAsync(Wire.SiloMessage message) => _writer!.WriteAsync(message);

        public void Break() => _broken.TrySetResult();

        private async Task ReadAsync(IAsyncStreamReader<Wire.AgentMessage> stream, CancellationToken cancellation)
        {
            try
            {
                while (await stream.MoveNext(cancellation))
                {
                    _heard.Writer.TryWrite(stream.Current);
                }
            }
            catch (Exception e) when (e is RpcException or IOException or OperationCanceledException)
            {
                // The agent went away.
            }
        }
    }
}
