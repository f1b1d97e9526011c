using Multipath.Contracts.Telemetry;

namespace Multipath.Contracts.Tests.Telemetry;

public sealed class PrometheusNamesTests
{
    [Theory]
    [InlineData("multipath.plan.convergence", "s", false, "multipath_plan_convergence_seconds")]
    [InlineData("multipath.plan.pushes", "{plan}", true, "multipath_plan_pushes_total")]
    [InlineData("multipath.sessions", "{session}", false, "multipath_sessions")]
    [InlineData("process.cpu.time", "s", true, "process_cpu_time_seconds_total")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", true, "dotnet_gc_heap_total_allocated_bytes_total")]
    [InlineData("already_in_seconds", "s", false, "already_in_seconds")]
    [InlineData("counted_total", "", true, "counted_total")]
    [InlineData("memory.used", "1", false, "memory_used_ratio")]
    [InlineData("hits", "1", true, "hits_total")]
    [InlineData("speed", "By/s", false, "speed_bytes_per_second")]
    [InlineData("rate", "{request}/s", false, "rate_per_second")]
    [InlineData("5g..links--up", "", false, "_5g_links_up")]
    [InlineData("länge", "furlong", false, "l_nge_furlong")]
    public void A_metric_is_named_as_the_mapping_says(string name, string unit, bool monotonic, string expected) =>
        Assert.Equal(expected, PrometheusNames.Metric(name, unit, monotonic));

    [Theory]
    [InlineData("http.response.status_code", "http_response_status_code")]
    [InlineData("a..b", "a_b")]
    [InlineData("1st", "_1st")]
    public void A_label_is_named_as_the_mapping_says(string name, string expected) =>
        Assert.Equal(expected, PrometheusNames.Label(name));
}
