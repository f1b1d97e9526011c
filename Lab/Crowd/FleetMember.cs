using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.Hosting;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Lab.Crowd;

/// <summary>
/// An agent that has a real session, over real connections, and no data plane: it takes every plan at once. Thousands fit in a process.
/// </summary>
internal sealed class FleetMember : ISessionOwner, IAsyncDisposable
{
    /// <summary>The label that policies select members by, and its value.</summary>
    public const string Selector = "fleet=simulated";

    private readonly CancellationTokenSource _stop = new();
    private readonly SiloChoice _link;
    private readonly SessionShell _session;
    private readonly AgentClock _clock;
    private readonly Task _running;
    private volatile string _yaml = "";
    private volatile bool _connected;

    /// <param name="host">Its id.</param>
    /// <param name="silos">Of one cluster.</param>
    /// <param name="random">Of its backoff and its choice of a silo.</param>
    public FleetMember(string host, IReadOnlyList<Uri> silos, Random random)
    {
        _clock = new AgentClock(TimeProvider.System);
        var labels = ImmutableSortedDictionary<string, string>.Empty.Add(Selector.Split('=')[0], Selector.Split('=')[1]);
        var options = new SessionOptions(host, labels, "simulated", new HostCapabilities([], "none"));
        _link = new SiloChoice(silos.Select(silo => new GrpcSiloLink(silo, host, Handler())), random);
        _session = new SessionShell(new SessionMachine(options, null, random, _clock.Now), _link, this, _clock, TimeProvider.System);
        Observe(20);
        _running = _session.RunAsync(_stop.Token);
    }

    /// <summary>The policy of the plan that it runs; empty before the first.</summary>
    public string PolicyYaml => _yaml;

    /// <summary>True while it has a session.</summary>
    public bool IsConnected => _connected;

    /// <summary>Two paths, the first with this round-trip time: another one makes a report.</summary>
    public void Observe(double rttMs) => _session.Publish(new HostNews(
        new HostSnapshot(
            _clock.Now,
            [Path("wlan0", "10.1.0.2", rttMs), Path("wwan0", "10.2.0.2", 60)],
            [],
            ImmutableSortedDictionary<string, ulong>.Empty),
        []));

    public void Apply(SessionEffect.Apply apply, Action<PlanOutcome> done)
    {
        _yaml = apply.PolicyYaml;
        done(new PlanOutcome(apply.Plan.Version, [], [], apply.Trace));
    }

    public void Sending(AgentMessage message)
    {
    }

    public void SiloBack(string silo, TimeSpan reportInterval) => _connected = true;

    public void SiloAway(string reason) => _connected = false;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _link.Dispose();
        _stop.Dispose();
    }

    private static PathObservation Path(string name, string address, double rttMs) =>
        new(new PathKey(name, IPAddress.Parse(address)), PathState.Up, RttMs: rttMs);

    private static SocketsHttpHandler Handler() => new() { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) };
}
