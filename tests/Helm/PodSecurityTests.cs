using System.Text.Json.Nodes;
using Multipath.Helm.Tests.Charts;

namespace Multipath.Helm.Tests;

/// <summary>No pod has a right that it does not need.</summary>
public sealed class PodSecurityTests
{
    public static TheoryData<string> Values => [Chart.LeastValues, Chart.AllValues];

    [Theory]
    [MemberData(nameof(Values))]
    public void No_container_can_gain_rights_or_write_its_own_image(string values)
    {
        foreach (var container in Containers(values))
        {
            var rights = container["securityContext"]!;
            Assert.False((bool)rights["allowPrivilegeEscalation"]!);
            Assert.True((bool)rights["readOnlyRootFilesystem"]!);
            Assert.Null(rights["privileged"]);
            Assert.Equal("RuntimeDefault", (string)rights["seccompProfile"]!["type"]!);
            Assert.Equal(["ALL"], rights["capabilities"]!["drop"]!.AsArray().Select(name => (string)name!));
            // Whatever .NET writes beside its data goes here.
            Assert.Contains(container["volumeMounts"]!.AsArray(), mount => (string)mount!["mountPath"]! == "/tmp");
        }
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void All_but_the_agent_run_without_root_and_without_a_capability(string values)
    {
        foreach (var rights in Containers(values).Where(IsNotAgent).Select(container => container["securityContext"]!))
        {
            Assert.True((bool)rights["runAsNonRoot"]!);
            Assert.Equal(1654, (int)rights["runAsUser"]!);
            Assert.Null(rights["capabilities"]!["add"]);
        }
    }

    [Theory]
    [InlineData(Chart.LeastValues, "NET_ADMIN")]
    [InlineData(Chart.AllValues, "NET_ADMIN SYS_PTRACE DAC_READ_SEARCH")]
    public void The_agent_has_the_capabilities_of_what_it_is_asked_to_do(string values, string capabilities)
    {
        var agent = Containers(values).Single(container => !IsNotAgent(container));
        Assert.Equal(capabilities, string.Join(' ', agent["securityContext"]!["capabilities"]!["add"]!.AsArray()));
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void No_pod_has_a_token_and_only_the_agent_sees_the_node(string values)
    {
        foreach (var manifest in Chart.Render(values).Where(manifest => manifest.PodSpec is not null))
        {
            var pod = manifest.PodSpec!;
            Assert.False((bool)pod["automountServiceAccountToken"]!);
            Assert.False((bool)pod["enableServiceLinks"]!);
            Assert.Null(pod["hostIPC"]);
            var paths = pod["volumes"]!.AsArray().Select(volume => volume!["hostPath"]?["path"]?.ToString()).OfType<string>();
            if (manifest.Kind == "DaemonSet")
            {
                Assert.True((bool)pod["hostNetwork"]!);
                Assert.Equal("ClusterFirstWithHostNet", (string)pod["dnsPolicy"]!);
                Assert.Equal(["/proc/sys/net/mptcp", "/var/lib/mpagent"], paths.Order(StringComparer.Ordinal));
            }
            else
            {
                Assert.Null(pod["hostNetwork"]);
                Assert.Null(pod["hostPID"]);
                Assert.Empty(paths);
            }
        }
    }

    [Fact]
    public void The_nodes_processes_are_seen_only_for_their_names()
    {
        Assert.Null(Agent(Chart.LeastValues)["hostPID"]);
        Assert.True((bool)Agent(Chart.AllValues)["hostPID"]!);
    }

    [Fact]
    public void Agents_get_the_certificate_authority_and_never_the_silos_key()
    {
        var keys = Agent(Chart.AllValues)["volumes"]!.AsArray().Single(volume => (string)volume!["name"]! == "tls")!["secret"]!["items"]!;
        Assert.Equal(["ca.crt"], keys.AsArray().Select(item => (string)item!["key"]!));
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Every_container_says_what_it_needs_and_none_is_throttled(string values)
    {
        foreach (var resources in Containers(values).Select(container => container["resources"]!))
        {
            Assert.NotNull(resources["requests"]!["cpu"]);
            Assert.NotNull(resources["requests"]!["memory"]);
            Assert.NotNull(resources["limits"]!["memory"]);
            Assert.Null(resources["limits"]!["cpu"]);
        }
    }

    [Fact]
    public void Images_are_from_the_registry_with_the_tag_that_was_asked_for()
    {
        Assert.Equal(
            ["multipath/agent:0.1.0", "multipath/cli:0.1.0", "multipath/silo:0.1.0", "multipath/silo:0.1.0"], Images(Chart.LeastValues));
        Assert.All(Images(Chart.AllValues), image => Assert.Matches("^registry.example.com/team/multipath/(agent|cli|silo):v2$", image));
        Assert.All(
            Chart.Render(Chart.AllValues).Select(manifest => manifest.PodSpec).OfType<JsonNode>(),
            pod => Assert.Equal(["pull-a", "pull-b"], pod["imagePullSecrets"]!.AsArray().Select(secret => (string)secret!["name"]!)));
    }

    private static bool IsNotAgent(JsonNode container) => (string)container["name"]! != "agent";

    private static JsonNode Agent(string values) => Chart.Render(values).Single(manifest => manifest.Kind == "DaemonSet").PodSpec!;

    private static IEnumerable<string> Images(string values) =>
        Containers(values).Select(container => (string)container["image"]!).Order(StringComparer.Ordinal);

    private static IEnumerable<JsonNode> Containers(string values) => Chart.Render(values).Select(manifest => manifest.PodSpec)
        .OfType<JsonNode>().SelectMany(pod => pod["containers"]!.AsArray()).OfType<JsonNode>();
}
