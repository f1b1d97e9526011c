using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using Multipath.TestKit;

namespace Multipath.AppHost.Tests;

/// <summary>The whole of it, run by Aspire on a PostgreSQL of the test's own in place of the container.</summary>
public sealed class RunningFleetTests
{
    /// <summary>Nine programs start, most of them after another one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly string[] Hosts = ["van-1", "van-2", "van-3"];

    [Fact]
    public async Task Hosts_of_both_silos_follow_the_policy()
    {
        var (postgres, whyNot) = await PostgresServer.Launch();
        Assert.SkipWhen(postgres is null, whyNot ?? "");
        await using var database = postgres;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);

        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Aspire_AppHost>(
            [$"--ConnectionStrings:fleet={database.ConnectionString()}"], patience.Token);
        await using var fleet = await builder.BuildAsync(patience.Token);
        await fleet.StartAsync(patience.Token);
        foreach (var silo in new[] { "silo-1", "silo-2" })
        {
            await fleet.ResourceNotifications.WaitForResourceHealthyAsync(silo, patience.Token);
        }

        foreach (var silo in new[] { "silo-1", "silo-2" })
        {
            using var client = fleet.CreateHttpClient(silo, "http");
            await Eventually.HoldsAsync($"{silo} knows three hosts that follow the policy", () => AllFollow(client), Patience);
        }
    }

    private static async Task<bool> AllFollow(HttpClient silo)
    {
        var hosts = await silo.GetFromJsonAsync<JsonArray>("/api/v1/hosts", TestContext.Current.CancellationToken);
        return hosts!.Where(host => (string?)host!["policy"] == "vans" && (string?)host["running"] is { Length: > 0 })
            .Select(host => (string)host!["host"]!).SequenceEqual(Hosts);
    }
}
