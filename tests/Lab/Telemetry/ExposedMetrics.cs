using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Agent.Hosting;
using Multipath.Agent.Session;
using Multipath.Agent.Telemetry;
using Multipath.Contracts.Grains;
using Multipath.Lab.Scenarios;
using Multipath.Lab.Simulated;
using Multipath.Policies.Model;
using Multipath.Silo.Hosting;
using Multipath.Silo.Telemetry;
using Multipath.TestKit;

namespace Multipath.Lab.Tests.Telemetry;

/// <summary>
/// What a silo and an agent that run together really show at <c>/metrics</c>, after each of their instruments was used once with each of
/// its labels, and what those instruments say of themselves.
/// </summary>
public sealed class ExposedMetrics : IAsyncLifetime
{
    private const string Scenario = """
        name: exposed
        duration: 1s
        hosts: [{name: van, labels: {class: van}}, {name: hub, role: server}]
        links: [{name: wifi, from: van, to: hub, interface: wlan0, rate: 20mbit, rtt: 20ms}]
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("mplab-metrics-").FullName;

    /// <summary>Names, units and texts of our instruments.</summary>
    public IReadOnlyDictionary<string, Instrument> Instruments { get; private set; } = ImmutableDictionary<string, Instrument>.Empty;

    /// <summary>Of the silo's page and the agent's.</summary>
    internal IReadOnlyList<PrometheusFamilyRead> Families { get; private set; } = [];

    /// <summary>The pages themselves.</summary>
    public IReadOnlyList<string> Pages { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        Dictionary<string, Instrument> published = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name is SiloMetrics.MeterName or AgentMetrics.SourceName)
                {
                    lock (published)
                    {
                        published[instrument.Name] = instrument;
                    }
                }
            },
        };
        listener.Start();
        var anyPort = new Uri("http://127.0.0.1:0");
        await using var silo = SiloHost.Build(new SiloOptions { Grpc = anyPort, Http = anyPort, DataFolder = _folder, Quiet = true });
        await silo.Start();
        using var network = new SimulatedNetwork(ScenarioParser.Read("exposed.yaml", Scenario));
        await using var agent = network.StartAgent(new AgentOptions("van") { Silo = silo.GrpcAddress, Metrics = anyPort });
        using var http = new HttpClient();
        await Eventually.HoldsAsync("the agent is in the fleet", async () =>
            (await http.GetStringAsync(new Uri(silo.HttpAddress, "/api/v1/hosts"))).Contains("van", StringComparison.Ordinal));

        Use(silo.Services.GetRequiredService<SiloMetrics>());
        using var metrics = new AgentMetrics();
        Use(metrics);
        Pages =
        [
            await http.GetStringAsync(new Uri(silo.HttpAddress, "/metrics")),
            await http.GetStringAsync(new Uri(agent.MetricsAddress!, "/metrics")),
        ];
        Families = [.. Pages.SelectMany(PrometheusPage.Parse)];
        lock (published)
        {
            Instruments = published.ToImmutableDictionary();
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static void Use(SiloMetrics metrics)
    {
        foreach (var result in new[] { "acked", "partial", "nacked", "unanswered" })
        {
            metrics.PlanAnswered(result);
        }

        foreach (var outcome in Enum.GetValues<ReportOutcome>())
        {
            metrics.Report(outcome);
        }

        metrics.MalformedReport();
        metrics.Converged(TimeSpan.FromSeconds(1));
        metrics.PlanSent(TimeSpan.FromSeconds(1));
        metrics.Handover("planned");
        metrics.Handover("forced");
        metrics.Ranked(TimeSpan.FromMilliseconds(1));
        metrics.Written("stored", TimeSpan.FromMilliseconds(1));
        metrics.Written("failed", TimeSpan.FromMilliseconds(1));
        metrics.PolicyChanged("applied");
        metrics.SessionOpened();
        metrics.SessionRefused("load");
    }

    private static void Use(AgentMetrics metrics)
    {
        foreach (var result in new[] { "done", "refused", "overtaken" })
        {
            metrics.Action("create", result, TimeSpan.FromMilliseconds(1));
        }

        metrics.LinkDown();
        metrics.Blackhole(TimeSpan.FromMilliseconds(50));
        metrics.Stale();
        metrics.FalseAlarm();
        metrics.PlannedHandover();
        metrics.ForcedHandover(2);
        metrics.Stalled(TimeSpan.FromMilliseconds(80));
        metrics.PlanApplied("silo");
        metrics.PlanRefused();
        metrics.ReportSent();
        metrics.SiloConnected(true);
        var path = new PathObservation(new PathKey("wlan0", IPAddress.Parse("10.1.0.2")), PathState.Up);
        metrics.Observed(new HostSnapshot(DateTimeOffset.UnixEpoch, [path], [], ImmutableSortedDictionary<string, ulong>.Empty));
    }
}
