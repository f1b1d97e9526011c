using Grpc.Core;
using Grpc.Net.Client;
using Multipath.Contracts.Wire;
using Multipath.Silo.Hosting;
using Multipath.TestKit;
using WireHealth = Multipath.Contracts.Wire.Health.Health;

namespace Multipath.Silo.Tests.Support;

/// <summary>
/// A real silo in this process on free ports, or a cluster of them where the build has clusters, with state of its own that is gone
/// afterwards. Agents connect to the first silo, operators to the last, so that what they say crosses between silos.
/// </summary>
internal sealed class TestSilo : IAsyncDisposable
{
    /// <summary>Longer than anything takes on a busy machine; only a failing test waits for it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly SiloOptions _options;
    private SiloHost[] _hosts = [];
    private GrpcChannel _agents = null!;
    private GrpcChannel _operators = null!;

    private TestSilo(TestGround ground, SiloOptions options) => (Ground, _options) = (ground, options);

    /// <summary>What the silo stands on.</summary>
    public TestGround Ground { get; }

    /// <summary>Of the silo that agents connect to.</summary>
    public IServiceProvider Services => _hosts[0].Services;

    public HttpClient Http { get; private set; } = null!;

    public Uri GrpcAddress => _hosts[0].GrpcAddress;

    public Fleet.FleetClient Fleet { get; private set; } = null!;

    public AgentGateway.AgentGatewayClient Gateway { get; private set; } = null!;

    public WireHealth.HealthClient Health { get; private set; } = null!;

    public static async Task<TestSilo> Start(Func<SiloOptions, SiloOptions>? change = null)
    {
        var options = new SiloOptions
        {
            Grpc = new Uri("http://127.0.0.1:0"),
            Http = new Uri("http://127.0.0.1:0"),
            DataFolder = "",
            Quiet = true,
        };
        options = change?.Invoke(options) ?? options;
        var silo = new TestSilo(await TestGround.Make(options), options);
        await silo.Up();
        return silo;
    }

    /// <summary>One that has a policy, which all vans follow.</summary>
    public static async Task<TestSilo> StartWithPolicy(Func<SiloOptions, SiloOptions>? change = null)
    {
        var silo = await Start(change);
        await silo.Apply(Texts.Policy());
        return silo;
    }

    /// <summary>Stops the silo and starts another one on the same ground.</summary>
    /// <param name="meanwhile">Done while no silo runs.</param>
    public async Task Restart(Action? meanwhile = null)
    {
        await Down();
        meanwhile?.Invoke();
        await Up();
    }

    /// <summary>Until disposed of, no state of this name can be written.</summary>
    public IDisposable Break(string state) => Ground.Break(state);

    public async Task<TestAgent> Agent(
        string host = "van-1", string labels = "class=van", PlanVersion? running = null, ulong sequence = 0)
    {
        if (_hosts.Length > 1)
        {
            // Who asks first has the host's grain: now it is not where the session will be.
            await Wake(host);
        }

        return await TestAgent.Connect(
            Gateway, new Hello { Host = host, AgentVersion = "test", Running = running, ObservationSequence = sequence }, labels);
    }

    public async Task<ApplyPolicyReply> Apply(string yaml, bool dryRun = false) =>
        await Fleet.ApplyPolicyAsync(new ApplyPolicyRequest { Yaml = yaml, FileName = "vans.yaml", DryRun = dryRun });

    public async Task<HostDetail> Host(string host = "van-1") => await Fleet.GetHostAsync(new GetHostRequest { Host = host });

    /// <summary>
    /// Asks again until the host is as wanted, or known at all; each question is answered by the silo, so there is nothing to sleep for.
    /// </summary>
    public async Task<HostDetail> HostWhen(Func<HostDetail, bool> wanted, string host = "van-1")
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            HostDetail? seen = null;
            try
            {
                seen = await Host(host);
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
            {
                // Another silo has yet to hear of it.
            }

            if (seen is not null && wanted(seen))
            {
                return seen;
            }

            Assert.False(patience.IsCancellationRequested, $"{host} stayed like this: {seen}");
        }
    }

    public Task<HostDetail> HostIs(HostStatus status, string host = "van-1") => HostWhen(seen => seen.Summary.Status == status, host);

    /// <summary>Waits until the fleet, which hears of its hosts one way, has heard so.</summary>
    public Task FleetHears(HostStatus status, string host = "van-1") => Eventually.HoldsAsync(
        $"the fleet has heard that {host} is {status}",
        async () => (await Fleet.ListHostsAsync(new ListHostsRequest())).Hosts.Any(one => one.Host == host && one.Status == status),
        Patience);

    public async ValueTask DisposeAsync()
    {
        await Down();
        await Ground.DisposeAsync();
    }

    private async Task Up()
    {
        _hosts = [.. Ground.Silos(_options).Select(SiloHost.Build)];
        await Task.WhenAll(_hosts.Select(host => host.Start()));
        _agents = GrpcChannel.ForAddress(_hosts[0].GrpcAddress);
        _operators = GrpcChannel.ForAddress(_hosts[^1].GrpcAddress);
        Fleet = new(_operators);
        Gateway = new(_agents);
        Health = new(_operators);
        Http = new HttpClient { BaseAddress = _hosts[^1].HttpAddress };
    }

    private async Task Down()
    {
        Http.Dispose();
        _agents.Dispose();
        _operators.Dispose();
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }
    }

    private async Task Wake(string host)
    {
        try
        {
            await Host(host);
        }
        catch (RpcException error) when (error.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument)
        {
            // The host is new, or the test is about a name that is none.
        }
    }
}
