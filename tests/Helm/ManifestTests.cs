using System.Text.Json.Nodes;
using Multipath.Helm.Tests.Charts;
using Multipath.Helm.Tests.Kubernetes;

namespace Multipath.Helm.Tests;

/// <summary>What holds for every object, with the least values and with all of them.</summary>
public sealed class ManifestTests
{
    /// <summary>Not Kubernetes's own: the operator that watches them brings the types.</summary>
    private static readonly string[] ForeignKinds = ["PodMonitor", "ServiceMonitor"];

    private static readonly string[] Recommended =
    [
        "app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/component",
        "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by", "helm.sh/chart",
    ];

    [Theory]
    [InlineData(Chart.LeastValues)]
    [InlineData(Chart.AllValues)]
    public void Every_object_is_one_that_Kubernetes_takes(string values) =>
        Assert.Equal("", string.Concat(OfKubernetes(values).Select(StrictTypes.Problem)));

    [Theory]
    [InlineData(Chart.LeastValues)]
    [InlineData(Chart.AllValues)]
    public void Every_object_fits_the_JSON_schema_of_its_kind(string values)
    {
        Assert.SkipUnless(JsonSchemas.Lacking is null, JsonSchemas.Lacking ?? "");
        Assert.Equal("", JsonSchemas.Problems(OfKubernetes(values)));
    }

    [Fact]
    public void What_Kubernetes_does_not_take_is_found()
    {
        static string Problem(string json) => StrictTypes.Problem(new Manifest(JsonNode.Parse(json)));
        static string Deployment(string spec) => Problem($$"""{"apiVersion":"apps/v1","kind":"Deployment","spec":{{spec}}}""");
        Assert.Contains("'replica'", Deployment("""{"replica": 2}"""), StringComparison.Ordinal);
        Assert.Contains("$.spec.replicas", Deployment("""{"replicas": "two"}"""), StringComparison.Ordinal);
        Assert.EndsWith(
            "apps/v2 has no Deployment", Problem("""{"apiVersion":"apps/v2","kind":"Deployment"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void The_objects_are_these()
    {
        string[] least =
        [
            "DaemonSet/fleet-multipath-agent", "Deployment/fleet-multipath-silo", "Job/fleet-multipath-migrate",
            "NetworkPolicy/fleet-multipath-silo", "Pod/fleet-multipath-test", "PodDisruptionBudget/fleet-multipath-silo",
            "Service/fleet-multipath-silo", "ServiceAccount/fleet-multipath-agent", "ServiceAccount/fleet-multipath-silo",
        ];
        string[] more =
        [
            "HorizontalPodAutoscaler/fleet-control-silo", "PodMonitor/fleet-control-agent", "ServiceMonitor/fleet-control-silo",
        ];
        Assert.Equal(least, Names(Chart.LeastValues));
        Assert.Equal(
            least.Select(name => name.Replace("multipath", "control", StringComparison.Ordinal)).Concat(more).Order(StringComparer.Ordinal),
            Names(Chart.AllValues));
        Assert.Equal(
            [
                "Deployment/fleet-multipath-silo", "Job/fleet-multipath-migrate", "Pod/fleet-multipath-test",
                "Service/fleet-multipath-silo", "ServiceAccount/fleet-multipath-silo",
            ],
            Names("""
                database: {existingSecret: fleet-database}
                agent: {enabled: false}
                silo: {podDisruptionBudget: {enabled: false}, networkPolicy: {enabled: false}}
                """));
    }

    [Theory]
    [InlineData(Chart.LeastValues)]
    [InlineData(Chart.AllValues)]
    public void Every_object_is_labelled_and_in_the_namespace_of_the_release(string values)
    {
        foreach (var manifest in Chart.Render(values))
        {
            Assert.Equal(Chart.Namespace, manifest.Text("metadata.namespace"));
            Assert.All(Recommended, label => Assert.False(string.IsNullOrEmpty(manifest.Labelled("metadata.labels", label)), label));
            Assert.Equal("multipath", manifest.Labelled("metadata.labels", "app.kubernetes.io/part-of"));
            Assert.Equal(Chart.Release, manifest.Labelled("metadata.labels", "app.kubernetes.io/instance"));
        }
    }

    [Fact]
    public void Labels_of_the_operator_are_on_every_object() =>
        Assert.All(Chart.Render(Chart.AllValues), manifest => Assert.Equal("4711", manifest.Labelled("metadata.labels", "cost-centre")));

    [Theory]
    [InlineData(Chart.LeastValues)]
    [InlineData(Chart.AllValues)]
    public void Every_selector_selects_the_pods_of_its_component_alone(string values)
    {
        var manifests = Chart.Render(values);
        var pods = manifests.Where(manifest => manifest.PodSpec is not null && manifest.Kind != "Pod")
            .ToDictionary(manifest => manifest.Name, manifest => manifest.At("spec.template.metadata.labels")!.AsObject());
        foreach (var manifest in manifests)
        {
            foreach (var selector in new[] { "spec.selector.matchLabels", "spec.podSelector.matchLabels" }.Select(manifest.At))
            {
                var selected = pods.Where(pod => selector is null || selector.AsObject().All(label => Same(pod.Value, label)));
                Assert.True(selector is null || selected.Select(pod => pod.Key).SequenceEqual([manifest.Name]), manifest.ToString());
            }
        }

        var service = manifests.Single(manifest => manifest.Kind == "Service");
        Assert.All(service.At("spec.selector")!.AsObject(), label => Assert.True(Same(pods[service.Name], label)));
    }

    [Fact]
    public void Selectors_do_not_change_with_version_or_labels() =>
        Assert.Equal(
            ["app.kubernetes.io/component", "app.kubernetes.io/instance", "app.kubernetes.io/name"],
            Chart.Render(Chart.AllValues).Single(manifest => manifest.Kind == "Deployment").At("spec.selector.matchLabels")!.AsObject()
                .Select(label => label.Key).Order(StringComparer.Ordinal));

    private static IEnumerable<Manifest> OfKubernetes(string values) =>
        Chart.Render(values).Where(manifest => !ForeignKinds.Contains(manifest.Kind));

    private static bool Same(JsonObject labels, KeyValuePair<string, JsonNode?> label) =>
        labels[label.Key]?.ToString() == label.Value?.ToString();

    private static IEnumerable<string> Names(string values) =>
        Chart.Render(values).Select(manifest => manifest.ToString()).Order(StringComparer.Ordinal);
}
