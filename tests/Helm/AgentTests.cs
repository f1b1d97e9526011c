using Multipath.Agent.Verbs;
using Multipath.Helm.Tests.Charts;

namespace Multipath.Helm.Tests;

public sealed class AgentTests
{
    private static Manifest Agents(string values) => Chart.Render(values).Single(manifest => manifest.Kind == "DaemonSet");

    [Theory]
    [InlineData(Chart.LeastValues)]
    [InlineData(Chart.AllValues)]
    public void The_arguments_are_ones_that_mpagent_takes(string values)
    {
        var arguments = Agents(values).Texts("spec.template.spec.containers.0.args")
            .Select(argument => argument.Replace("$(POD_IP)", "10.0.0.1", StringComparison.Ordinal)).ToArray();
        Assert.Equal("run", arguments[0]);
        Assert.Empty(RunVerb.Create().Parse(arguments[1..]).Errors);
    }

    [Fact]
    public void An_agent_finds_the_silos_of_its_release()
    {
        var service = Chart.Render(Chart.LeastValues).Single(manifest => manifest.Kind == "Service");
        Assert.Equal(
            $"http://{service.Name}.{Chart.Namespace}.svc:{service.Text("spec.ports.0.port")}", ValueOf(Chart.LeastValues, "--silo"));
        Assert.Equal("https://silo.example.com:5301", ValueOf(Chart.AllValues, "--silo"));
    }

    [Fact]
    public void An_agent_is_called_as_its_node()
    {
        Assert.Equal("$(NODE_NAME)", ValueOf(Chart.LeastValues, "--host"));
        Assert.Equal("NODE_NAME", Agents(Chart.LeastValues).Text("spec.template.spec.containers.0.env.0.name"));
        Assert.Equal("spec.nodeName", Agents(Chart.LeastValues).Text("spec.template.spec.containers.0.env.0.valueFrom.fieldRef.fieldPath"));
    }

    [Fact]
    public void Labels_of_the_hosts_are_handed_over_in_order() =>
        Assert.Equal(
            ["--label", "class=van", "--label", "team=logistics"],
            Agents(Chart.AllValues).Texts("spec.template.spec.containers.0.args").SkipWhile(argument => argument != "--label"));

    [Theory]
    [InlineData("--state", "state")]
    [InlineData("--sysctls", "sysctls")]
    public void Every_folder_that_is_named_is_mounted_and_can_be_written(string option, string volume)
    {
        var pod = Agents(Chart.LeastValues).PodSpec!;
        var mount = pod["containers"]![0]!["volumeMounts"]!.AsArray().Single(mount => (string)mount!["name"]! == volume)!;
        Assert.Equal(ValueOf(Chart.LeastValues, option), (string)mount["mountPath"]!);
        Assert.Null(mount["readOnly"]);
        Assert.Contains(pod["volumes"]!.AsArray(), one => (string)one!["name"]! == volume && one["hostPath"] is not null);
    }

    [Fact]
    public void Metrics_are_served_and_scraped_only_when_asked_for_where_the_agent_serves_them()
    {
        Assert.DoesNotContain("--metrics", Agents(Chart.LeastValues).Texts("spec.template.spec.containers.0.args"));
        Assert.Null(Agents(Chart.LeastValues).At("spec.template.spec.containers.0.ports"));
        Assert.Equal("http://$(POD_IP):9500", ValueOf(Chart.AllValues, "--metrics"));
        var agents = Agents(Chart.AllValues);
        const string port = "spec.template.spec.containers.0.ports.0";
        Assert.Equal(("metrics", "9500"), (agents.Text($"{port}.name"), agents.Text($"{port}.containerPort")));
        var monitor = Chart.Render(Chart.AllValues).Single(manifest => manifest.Kind == "PodMonitor");
        Assert.Equal(
            ("metrics", "/metrics"),
            (monitor.Text("spec.podMetricsEndpoints.0.port"), monitor.Text("spec.podMetricsEndpoints.0.path")));
        Assert.All(
            monitor.At("spec.selector.matchLabels")!.AsObject(),
            label => Assert.Equal((string)label.Value!, agents.Labelled("spec.template.metadata.labels", label.Key)));
    }

    [Fact]
    public void Nodes_are_updated_a_few_at_a_time()
    {
        Assert.Equal("10%", Agents(Chart.LeastValues).Text("spec.updateStrategy.rollingUpdate.maxUnavailable"));
        Assert.Equal("2", Agents(Chart.AllValues).Text("spec.updateStrategy.rollingUpdate.maxUnavailable"));
    }

    private static string ValueOf(string values, string option) =>
        Agents(values).Texts("spec.template.spec.containers.0.args").SkipWhile(argument => argument != option).ElementAt(1);
}
