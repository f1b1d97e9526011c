using Multipath.Helm.Tests.Charts;

namespace Multipath.Helm.Tests;

public sealed class NotesTests
{
    [Fact]
    public void They_name_what_was_installed_and_warn_of_clear_text()
    {
        var notes = Chart.Ours.Notes(Chart.LeastValues);
        Assert.Contains("kubectl -n prod rollout status deployment/fleet-multipath-silo", notes, StringComparison.Ordinal);
        Assert.Contains("helm -n prod test fleet", notes, StringComparison.Ordinal);
        Assert.Contains("mpctl --server http://localhost:5301 get hosts", notes, StringComparison.Ordinal);
        Assert.Contains("curl http://localhost:5300/api/v1/hosts", notes, StringComparison.Ordinal);
        Assert.Contains("WARNING: gRPC and HTTP are clear text.", notes, StringComparison.Ordinal);
        Assert.Contains("once silo.service.type is LoadBalancer", notes, StringComparison.Ordinal);
    }

    [Fact]
    public void They_say_nothing_that_does_not_apply()
    {
        var notes = Chart.Ours.Notes(Chart.AllValues);
        Assert.DoesNotContain("WARNING", notes, StringComparison.Ordinal);
        Assert.DoesNotContain("LoadBalancer", notes, StringComparison.Ordinal);
        Assert.Contains("https://localhost:5301", notes, StringComparison.Ordinal);
        Assert.Contains("\nfleet-control-silo.prod.svc; SSL_CERT_FILE", notes, StringComparison.Ordinal);
    }
}
