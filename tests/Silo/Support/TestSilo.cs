using Grpc.Net.Client;
using Multipath.Contracts.Wire;
using Multipath.Silo.Hosting;
using WireHealth = Multipath.Contracts.Wire.Health.Health;

namespace Multipath.Silo.Tests.Support;

/// <summary>A real silo in this process on free ports, with a folder of its own that is gone afterwards.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    /// <summary>Longer than anything takes on a busy machine; only a failing test waits for it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SiloOptions _options;
    private SiloHost _host = null!;
    private GrpcChannel _channel = null!;

    private TestSilo(SiloOptions options) => _options = options;

    public string Folder => _options.DataFolder;

    public IServiceProvider Services => _host.Services;

    public HttpClient Http { get; private set; } = null!;

    public Uri GrpcAddress => _host.GrpcAddress;

    public Fleet.FleetClient Fleet { get; private set; } = null!;

    public AgentGateway.AgentGatewayClient Gateway { get; private set; } = null!;

    public WireHealth.HealthClient Health { get; private set; } = null!;

    public static async Task<TestSilo> Start(Func<SiloOptions, SiloOptions>? change = null)
    {
        var options = new SiloOptions
        {
            Grpc = new Uri("http://127.0.0.1:0"),
            Http = new Uri("http://127.0.0.1:0"),
            DataFolder = Directory.CreateTempSubdirectory("mpsilo-test-").FullName,
            Quiet = true,
        };
        var silo = new TestSilo(change?.Invoke(options) ?? options);
        await silo.Up();
        return silo;
    }

    /// <summary>Stops the silo and starts another one on the same folder.</summary>
    /// <param name="meanwhile">Done to the folder while no silo runs.</param>
    public async Task Restart(Action<string>? meanwhile = null)
    {
        await Down();
        meanwhile?.Invoke(Folder);
        await Up();
    }

    public Task<TestAgent> Agent(string host = "van-1", string labels = "class=van", PlanVersion? running = null, ulong sequence = 0) =>
        TestAgent.Connect(
            Gateway, new Hello { Host = host, AgentVersion = "test", Running = running, ObservationSequence = sequence }, labels);

    public async Task<ApplyPolicyReply> Apply(string yaml, bool dryRun = false) =>
        await Fleet.ApplyPolicyAsync(new ApplyPolicyRequest { Yaml = yaml, FileName = "vans.yaml", DryRun = dryRun });

    public async Task<HostDetail> Host(string host = "van-1") => await Fleet.GetHostAsync(new GetHostRequest { Host = host });

    /// <summary>Asks again until the host is as wanted; each question is answered by the silo, so there is nothing to sleep for.</summary>
    public async Task<HostDetail> HostWhen(Func<HostDetail, bool> wanted, string host = "van-1")
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var seen = await Host(host);
            if (wanted(seen))
            {
                return seen;
            }

            Assert.False(patience.IsCancellationRequested, $"{host} stayed like this: {seen}");
        }
    }

    public Task<HostDetail> HostIs(HostStatus status, string host = "van-1") => HostWhen(seen => seen.Summary.Status == status, host);

    public async ValueTask DisposeAsync()
    {
        await Down();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task Up()
    {
        _host = SiloHost.Build(_options);
        await _host.Start();
        _channel = GrpcChannel.ForAddress(_host.GrpcAddress);
        Fleet = new(_channel);
        Gateway = new(_channel);
        Health = new(_channel);
        Http = new HttpClient { BaseAddress = _host.HttpAddress };
    }

    private async Task Down()
    {
        Http.Dispose();
        _channel.Dispose();
        await _host.DisposeAsync();
    }
}
