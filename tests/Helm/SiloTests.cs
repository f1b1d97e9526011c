using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Multipath.Helm.Tests.Charts;
using Multipath.Silo.Hosting;

namespace Multipath.Helm.Tests;

public sealed class SiloTests
{
    private const int SiloPort = 11111;

    private static Manifest Deployment(string values) => Chart.Render(values).Single(manifest => manifest.Kind == "Deployment");

    private static JsonNode Container(string values) => Deployment(values).At("spec.template.spec.containers.0")!;

    private static Manifest One(string values, string kind) => Chart.Render(values).Single(manifest => manifest.Kind == kind);

    [Theory]
    [InlineData(Chart.LeastValues, "http")]
    [InlineData(Chart.AllValues, "https")]
    public void The_silo_serves_where_its_ports_say(string values, string scheme)
    {
        // What a cluster is told is for the build that has one.
        var (options, error) = SiloArguments.Read(
            [], name => name is "MPSILO_GRPC" or "MPSILO_HTTP" or "MPSILO_DATABASE" ? Environment(values)[name] : null);
        Assert.Null(error);
        var ports = Container(values)["ports"]!.AsArray()
            .ToDictionary(port => (string)port!["name"]!, port => (int)port!["containerPort"]!);
        Assert.Equal(["grpc", "http", "orleans-silo"], ports.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((scheme, ports["grpc"]), (options!.Grpc.Scheme, options.Grpc.Port));
        Assert.Equal((scheme, ports["http"]), (options.Http.Scheme, options.Http.Port));
        Assert.Equal(ports["orleans-silo"].ToString(CultureInfo.InvariantCulture), Environment(values)["MPSILO_SILO_PORT"]);
        // On every address of the pod, not on its loopback.
        Assert.Null(SiloArguments.AddressOf(options.Grpc));
        Assert.Null(SiloArguments.AddressOf(options.Http));
    }

    [Fact]
    public void The_ports_are_the_programs_own()
    {
        var defaults = new SiloOptions();
        Assert.Equal(
            [defaults.Http.Port, defaults.Grpc.Port, SiloPort],
            Container(Chart.LeastValues)["ports"]!.AsArray().Select(port => (int)port!["containerPort"]!).Order());
        Assert.Equal(
            [("grpc", defaults.Grpc.Port), ("http", defaults.Http.Port)],
            One(Chart.LeastValues, "Service").At("spec.ports")!.AsArray()
                .Select(port => ((string)port!["targetPort"]!, (int)port["port"]!)));
    }

    [Fact]
    public async Task The_probes_ask_what_a_silo_answers()
    {
        var folder = Directory.CreateTempSubdirectory("helm-tests-");
        try
        {
            var anyPort = new Uri("http://127.0.0.1:0");
            await using var silo = SiloHost.Build(
                new SiloOptions { Grpc = anyPort, Http = anyPort, DataFolder = folder.FullName, Quiet = true });
            await silo.Start(TestContext.Current.CancellationToken);
            using var client = new HttpClient { BaseAddress = silo.HttpAddress };
            var container = Container(Chart.LeastValues);
            foreach (var (probe, path) in new[] { ("startup", "/healthz"), ("liveness", "/healthz"), ("readiness", "/readyz") })
            {
                var asked = container[$"{probe}Probe"]!["httpGet"]!;
                Assert.Equal((path, "http", "HTTP"), ((string)asked["path"]!, (string)asked["port"]!, (string)asked["scheme"]!));
                using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Probes_speak_TLS_when_the_silo_does() =>
        Assert.All(
            new[] { "startupProbe", "livenessProbe", "readinessProbe" },
            probe => Assert.Equal("HTTPS", (string)Container(Chart.AllValues)[probe]!["httpGet"]!["scheme"]!));

    [Fact]
    public void A_rollout_never_has_a_silo_less_and_gives_each_the_time_to_drain()
    {
        var silo = Deployment(Chart.LeastValues);
        Assert.Equal("0", silo.Text("spec.strategy.rollingUpdate.maxUnavailable"));
        Assert.Equal("1", silo.Text("spec.strategy.rollingUpdate.maxSurge"));
        var grace = int.Parse(silo.Text("spec.template.spec.terminationGracePeriodSeconds"), CultureInfo.InvariantCulture);
        var shutdown = int.Parse(Environment(Chart.LeastValues)["DOTNET_SHUTDOWNTIMEOUTSECONDS"], CultureInfo.InvariantCulture);
        var before = (int)Container(Chart.LeastValues)["lifecycle"]!["preStop"]!["sleep"]!["seconds"]!;
        Assert.Equal((150, 120), (grace, shutdown));
        Assert.True(before + shutdown < grace);
    }

    [Fact]
    public async Task A_silo_takes_the_time_to_drain_that_it_is_given()
    {
        const string Name = "DOTNET_SHUTDOWNTIMEOUTSECONDS";
        var folder = Directory.CreateTempSubdirectory("helm-tests-");
        System.Environment.SetEnvironmentVariable(Name, Environment(Chart.LeastValues)[Name]);
        try
        {
            await using var silo = SiloHost.Build(new SiloOptions { DataFolder = folder.FullName, Quiet = true });
            Assert.Equal(TimeSpan.FromSeconds(120), silo.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
        }
        finally
        {
            System.Environment.SetEnvironmentVariable(Name, null);
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Replicas_are_the_operators_or_the_autoscalers()
    {
        Assert.Equal("2", Deployment(Chart.LeastValues).Text("spec.replicas"));
        Assert.Equal("", Deployment(Chart.AllValues).Text("spec.replicas"));
        var scaler = One(Chart.AllValues, "HorizontalPodAutoscaler");
        Assert.Equal(Deployment(Chart.AllValues).Name, scaler.Text("spec.scaleTargetRef.name"));
        Assert.Equal(("2", "6"), (scaler.Text("spec.minReplicas"), scaler.Text("spec.maxReplicas")));
    }

    [Fact]
    public void The_connection_string_comes_from_a_secret_alone()
    {
        Assert.Equal(("fleet-database", "connection-string"), DatabaseSecret(Container(Chart.LeastValues)));
        var migration = One(Chart.AllValues, "Job").At("spec.template.spec.containers.0")!;
        Assert.Equal(("fleet-migrator", "url"), DatabaseSecret(migration));
        Assert.Equal(("fleet-database", "connection-string"), DatabaseSecret(Container(Chart.AllValues)));
    }

    [Fact]
    public void The_schema_is_migrated_before_new_silos_start()
    {
        var job = One(Chart.LeastValues, "Job");
        Assert.Equal("pre-install,pre-upgrade", job.Labelled("metadata.annotations", "helm.sh/hook"));
        Assert.Equal(["migrate"], job.Texts("spec.template.spec.containers.0.args"));
        Assert.Equal(
            ["migrate", "--grant", "mpsilo"], One(Chart.AllValues, "Job").Texts("spec.template.spec.containers.0.args"));
        Assert.Equal(
            (string)Container(Chart.LeastValues)["image"]!, job.Text("spec.template.spec.containers.0.image"));
        // What the chart installs does not exist yet.
        Assert.Null(job.At("spec.template.spec.serviceAccountName"));
    }

    [Fact]
    public void The_cluster_is_the_releases_unless_told_else()
    {
        Assert.Equal(Chart.Release, Environment(Chart.LeastValues)["MPSILO_CLUSTER"]);
        Assert.Equal("east", Environment(Chart.AllValues)["MPSILO_CLUSTER"]);
        Assert.Equal("$(POD_IP)", (string)Variable(Container(Chart.LeastValues), "MPSILO_ADVERTISE")["value"]!);
    }

    [Fact]
    public void Silos_are_reached_by_callers_on_two_ports_and_by_silos_on_the_third()
    {
        var rules = One(Chart.LeastValues, "NetworkPolicy").At("spec.ingress")!.AsArray();
        Assert.Equal(["grpc http", "orleans-silo"], rules.Select(Ports));
        Assert.Null(rules[0]!["from"]);
        Assert.Equal(
            "silo", (string)rules[1]!["from"]![0]!["podSelector"]!["matchLabels"]!["app.kubernetes.io/component"]!);
        var narrow = One(Chart.AllValues, "NetworkPolicy");
        Assert.Equal("198.51.100.0/24", narrow.Text("spec.ingress.0.from.0.ipBlock.cidr"));
        Assert.Equal(["11111", "53 53", "6432", "4317", "443"], narrow.At("spec.egress")!.AsArray().Select(Ports));
    }

    [Fact]
    public void Whoever_is_shut_out_the_charts_own_test_and_those_that_scrape_are_let_in()
    {
        var rules = One(Chart.AllValues, "NetworkPolicy").At("spec.ingress")!.AsArray();
        Assert.Equal(["grpc http", "grpc", "http", "orleans-silo"], rules.Select(Ports));
        var test = rules[1]!["from"]![0]!["podSelector"]!["matchLabels"]!.AsObject();
        Assert.All(test, label => Assert.Equal((string)label.Value!, One(Chart.AllValues, "Pod").Labelled("metadata.labels", label.Key)));
        Assert.Equal("monitoring", (string)rules[2]!["from"]![0]!["namespaceSelector"]!["matchLabels"]!["name"]!);
    }

    [Theory]
    [InlineData("http://collector.monitoring:4318", 0, "4318")]
    [InlineData("http://collector.monitoring:4318/otlp", 0, "4318")]
    [InlineData("http://[2001:db8::1]:4317", 0, "4317")]
    [InlineData("https://otlp.example.com", 0, "443")]
    [InlineData("http://otlp.example.com/", 0, "80")]
    [InlineData("http://collector.monitoring:4318", 14318, "14318")]
    public void Silos_are_let_out_to_where_the_collector_is(string endpoint, int port, string expected)
    {
        var values = $"{Chart.LeastValues}\ntelemetry: {{otlpEndpoint: \"{endpoint}\", otlpPort: {port}}}";
        Assert.Equal(expected, Ports(One(values, "NetworkPolicy").At("spec.egress")!.AsArray().Last()));
    }

    [Fact]
    public void Every_certificate_file_that_is_named_is_mounted()
    {
        var mount = Container(Chart.AllValues)["volumeMounts"]!.AsArray().Single(mount => (string)mount!["name"]! == "tls")!;
        var items = Deployment(Chart.AllValues).PodSpec!["volumes"]!.AsArray().Single(volume => (string)volume!["name"]! == "tls")!;
        var files = items["secret"]!["items"]!.AsArray().Select(item => $"{mount["mountPath"]}/{item!["path"]}");
        var named = Environment(Chart.AllValues).Where(pair => pair.Key.StartsWith("Kestrel__", StringComparison.Ordinal));
        Assert.Equal(files.Order(StringComparer.Ordinal), named.Select(pair => pair.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_monitor_scrapes_the_port_of_the_Service()
    {
        var monitor = One(Chart.AllValues, "ServiceMonitor");
        Assert.Equal(("http", "/metrics", "https"),
            (monitor.Text("spec.endpoints.0.port"), monitor.Text("spec.endpoints.0.path"), monitor.Text("spec.endpoints.0.scheme")));
        Assert.Contains(
            One(Chart.AllValues, "Service").At("spec.ports")!.AsArray(), port => (string)port!["name"]! == "http");
    }

    [Fact]
    public void The_test_asks_the_Service_as_an_operator_would()
    {
        var service = One(Chart.LeastValues, "Service");
        Assert.Equal(
            ["get", "policies", "--server", $"http://{service.Name}.{Chart.Namespace}.svc:{service.Text("spec.ports.0.port")}"],
            One(Chart.LeastValues, "Pod").Texts("spec.containers.0.args"));
        Assert.Equal("test", One(Chart.LeastValues, "Pod").Labelled("metadata.annotations", "helm.sh/hook"));
    }

    private static string Ports(JsonNode? rule) => string.Join(' ', rule!["ports"]!.AsArray().Select(port => port!["port"]!.ToString()));

    private static (string Name, string Key) DatabaseSecret(JsonNode container)
    {
        var secret = Variable(container, "MPSILO_DATABASE")["valueFrom"]!["secretKeyRef"]!;
        return ((string)secret["name"]!, (string)secret["key"]!);
    }

    private static JsonNode Variable(JsonNode container, string name) =>
        container["env"]!.AsArray().Single(variable => (string)variable!["name"]! == name)!;

    /// <summary>The silo's variables, with a connection string in place of each reference.</summary>
    private static Dictionary<string, string> Environment(string values) => Container(values)["env"]!.AsArray().ToDictionary(
        variable => (string)variable!["name"]!,
        variable => (string?)variable!["value"] ?? "Host=db;Database=multipath;Username=mpsilo");
}
