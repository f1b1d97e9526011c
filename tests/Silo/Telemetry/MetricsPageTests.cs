using System.Diagnostics;
using System.Net;
using Multipath.Contracts.Wire;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Silo.Tests.Telemetry;

public sealed class MetricsPageTests
{
    [Fact]
    public async Task The_page_shows_what_a_plan_went_through_and_names_no_host()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        await using var agent = await silo.Agent("a-host-of-its-own");
        await agent.Ack(await agent.FirstPlan());
        await silo.HostIs(HostStatus.Settled, "a-host-of-its-own");

        var answer = await silo.Http.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var page = await answer.Content.ReadAsStringAsync();
        var families = PrometheusPage.Parse(page).ToDictionary(one => one.Name);
        Assert.True(Sum(families, "multipath_plan_pushes_total", "result", "acked") >= 1);
        Assert.True(Sum(families, "multipath_store_write_duration_seconds", "result", "stored") >= 1);
        Assert.Equal(
            Enum.GetNames<Contracts.Grains.HostStatus>().Select(name => name.ToLowerInvariant()).Order(StringComparer.Ordinal),
            families["multipath_hosts"].Samples.Select(one => one.Label("status")!).Order(StringComparer.Ordinal));
        Assert.All(
            ["multipath_plan_convergence_seconds", "multipath_plan_queue_seconds", "multipath_rank_duration_seconds"],
            name => Assert.Equal("histogram", families[name].Type));
        Assert.Contains("http_server_request_duration_seconds", families.Keys);
        Assert.Contains("dotnet_gc_collections_total", families.Keys);
        Assert.DoesNotContain("a-host-of-its-own", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parser_of_others_reads_the_page()
    {
        const string read = "import sys; from prometheus_client.parser import text_string_to_metric_families as families\n"
            + "print(sum(len(family.samples) for family in families(sys.stdin.read())))";
        Assert.SkipUnless(
            File.Exists("/usr/bin/python3") && (await RunAsync("/usr/bin/python3", "", "-c", "import prometheus_client")).Exit == 0,
            "needs python3-prometheus-client");
        var page = await PageAsync();
        var (exit, printed) = await RunAsync("/usr/bin/python3", page, "-c", read);
        Assert.True(exit == 0, printed);
        Assert.Equal(PrometheusPage.Parse(page).Sum(family => family.Samples.Count), int.Parse(printed.Trim()));
    }

    [Fact]
    public async Task Prometheus_itself_reads_the_page()
    {
        Assert.SkipUnless((await RunAsync("sh", "", "-c", "command -v promtool")).Exit == 0, "needs promtool");
        var (exit, printed) = await RunAsync("promtool", await PageAsync(), "check", "metrics");
        Assert.True(exit == 0 || printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).All(IsOfOthers), printed);
    }

    private static async Task<string> PageAsync()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        return await silo.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
    }

    /// <summary>promtool also judges names; those of the runtime and of ASP.NET Core are not ours to choose.</summary>
    private static bool IsOfOthers(string line) => !line.StartsWith("multipath_", StringComparison.Ordinal)
        && !line.StartsWith("error", StringComparison.OrdinalIgnoreCase);

    private static double Sum(Dictionary<string, PrometheusFamilyRead> families, string family, string label, string value) =>
        families[family].Samples.Where(one => one.Label(label) == value && !one.Name.EndsWith("_sum", StringComparison.Ordinal))
            .Sum(one => one.Value);

    private static async Task<(int Exit, string Printed)> RunAsync(string program, string input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
