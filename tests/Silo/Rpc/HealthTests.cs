using System.Net;
using Grpc.Core;
using Multipath.Contracts.Wire.Health;
using Multipath.Silo.Tests.Support;

namespace Multipath.Silo.Tests.Rpc;

public sealed class HealthTests
{
    [Fact]
    public async Task A_silo_with_its_store_serves()
    {
        await using var silo = await TestSilo.Start();
        var answer = await silo.Health.CheckAsync(new HealthCheckRequest { Service = "multipath.fleet.v1.Fleet" });
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await silo.Health.CheckAsync(new HealthCheckRequest { Service = "other" }));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/readyz")).StatusCode);
    }

    [Fact]
    public async Task A_health_watch_begins_with_the_present_state()
    {
        await using var silo = await TestSilo.Start();
        using var watch = silo.Health.Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.ResponseStream.Current.Status);
    }
}
