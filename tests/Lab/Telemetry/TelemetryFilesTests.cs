using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Multipath.TestKit;
using YamlDotNet.RepresentationModel;

namespace Multipath.Lab.Tests.Telemetry;

/// <summary>The dashboard, the alert rules and the table of metrics name what silo and agent really expose, and nothing else.</summary>
public sealed partial class TelemetryFilesTests(ExposedMetrics exposed) : IClassFixture<ExposedMetrics>
{
    /// <summary>What a scrape adds to every series.</summary>
    private static readonly string[] OfTheScrape = ["instance", "job"];

    [Fact]
    public void The_table_of_metrics_is_that_of_the_code()
    {
        var table = TableRow().Matches(File.ReadAllText(Docs("telemetry.md")))
            .Select(row => string.Join(" | ", row.Groups.Values.Skip(1).Select(cell => cell.Value.Trim())))
            .Order(StringComparer.Ordinal);
        var code = exposed.Instruments.Values
            .Select(one => $"{one.Name} | {one.Unit} | {TypeOf(one)} | {string.Join(", ", LabelsOf(one))} | {one.Description}")
            .Order(StringComparer.Ordinal);
        Assert.Equal(code, table);
    }

    [Fact]
    public void Each_instrument_of_ours_is_on_a_page_with_its_text()
    {
        Assert.All(exposed.Instruments.Values, one => Assert.Equal(one.Description, FamilyOf(one).Help));
        Assert.All(exposed.Pages, page => Assert.DoesNotContain("\"van\"", page.Replace(
            "service_instance_id=\"van\"", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public void Each_metric_and_label_of_the_dashboard_is_exposed()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Docs("telemetry/dashboard.json")));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        var targets = panels.Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).ToList();
        Assert.NotEmpty(targets);
        foreach (var target in targets)
        {
            var expression = target.GetProperty("expr").GetString()!.Replace("$__rate_interval", "5m", StringComparison.Ordinal);
            var shown = LegendLabel().Matches(target.GetProperty("legendFormat").GetString()!).Select(one => one.Groups[1].Value);
            Assert.Empty(shown.Except(Check(expression).GroupLabels));
        }

        var named = targets.Select(target => target.GetProperty("expr").GetString()!);
        Assert.All(exposed.Instruments.Values, one =>
            Assert.Contains(named, expression => expression.Contains(FamilyOf(one).Name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_metric_and_label_of_the_alert_rules_is_exposed_and_each_rule_says_what_to_do()
    {
        var rules = Rules().ToList();
        Assert.Equal(rules.Count, rules.Select(rule => Text(rule, "alert")).Distinct().Count());
        foreach (var rule in rules)
        {
            Check(Text(rule, "expr"));
            Assert.Matches("^[0-9]+m$", Text(rule, "for"));
            Assert.Contains(Text((YamlMappingNode)rule["labels"], "severity"), (string[])["critical", "warning"]);
            var annotations = (YamlMappingNode)rule["annotations"];
            Assert.NotEmpty(Text(annotations, "summary"));
            Assert.NotEmpty(Text(annotations, "description"));
        }
    }

    [Theory]
    [InlineData("sum(rate(x[5m])")]
    [InlineData("rats(x[5m])")]
    [InlineData("x{a=b}")]
    [InlineData("sum by le (x)")]
    [InlineData("x[5m)")]
    public void An_expression_that_cannot_be_is_refused(string expression) =>
        Assert.Throws<FormatException>(() => PromQl.Parse(expression));

    [Fact]
    public async Task Prometheus_itself_takes_the_rules()
    {
        var which = await RunAsync("sh", "-c", "command -v promtool");
        Assert.SkipUnless(which.Exit == 0, "needs promtool");
        var (exit, printed) = await RunAsync("promtool", "check", "rules", Docs("telemetry/alerts.yaml"));
        Assert.True(exit == 0, printed);
    }

    private PromQl Check(string expression)
    {
        var read = PromQl.Parse(expression);
        Assert.NotEmpty(read.Selectors);
        HashSet<string> labels = [.. OfTheScrape];
        foreach (var selector in read.Selectors)
        {
            var samples = exposed.Families.SelectMany(one => one.Samples).Where(one => one.Name == selector.Name).ToList();
            Assert.True(samples.Count > 0, $"{expression}: {selector.Name} is not exposed");
            labels.UnionWith(samples.SelectMany(one => one.Labels).Select(one => one.Key));
            foreach (var (label, op, value) in selector.Matchers)
            {
                var values = samples.Select(one => one.Label(label)).OfType<string>().ToHashSet();
                var wanted = op.EndsWith('~') ? value.Split('|') : [value];
                Assert.True(wanted.All(values.Contains), $"{expression}: {label} of {selector.Name} is one of {string.Join(", ", values)}");
            }
        }

        Assert.True(read.GroupLabels.All(labels.Contains), $"{expression}: groups by what is not there");
        return read;
    }

    private static IEnumerable<YamlMappingNode> Rules()
    {
        var yaml = new YamlStream();
        using var file = File.OpenText(Docs("telemetry/alerts.yaml"));
        yaml.Load(file);
        return from YamlMappingNode @group in (YamlSequenceNode)yaml.Documents[0].RootNode["groups"]
               from YamlMappingNode rule in (YamlSequenceNode)@group["rules"]
               select rule;
    }

    private static string Text(YamlMappingNode node, string name) => ((YamlScalarNode)node[name]).Value!;

    private static string TypeOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "Histogram" => "histogram",
        _ => "gauge",
    };

    private IEnumerable<string> LabelsOf(Instrument instrument) => FamilyOf(instrument).Samples
        .SelectMany(one => one.Labels).Select(one => one.Key)
        .Where(label => label is not ("otel_scope_name" or "le")).Distinct().Order(StringComparer.Ordinal);

    private PrometheusFamilyRead FamilyOf(Instrument instrument)
    {
        var name = Multipath.Contracts.Telemetry.PrometheusNames.Metric(
            instrument.Name, instrument.Unit ?? "", monotonic: TypeOf(instrument) == "counter");
        return exposed.Families.FirstOrDefault(one => one.Name == name) ?? throw new KeyNotFoundException($"{name} is on no page");
    }

    private static string Docs(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "ControlPlane.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, "docs", file);
    }

    private static async Task<(int Exit, string Printed)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    [GeneratedRegex(@"^\| `(multipath\.[a-z_.]+)` \|(.*?)\|(.*?)\|(.*?)\|(.*?)\|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex LegendLabel();
}
