using System.Net;
using System.Text.Json;
using Grpc.Core;
using Multipath.Contracts.Wire;
using Multipath.Silo.Storage;
using Multipath.Silo.Storage.PostgreSql;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;
using Orleans;
using Orleans.Runtime;
using ServingStatus = Multipath.Contracts.Wire.Health.HealthCheckResponse.Types.ServingStatus;

namespace Multipath.Silo.Tests.Storage.PostgreSql;

/// <summary>PostgreSQL goes away while a silo runs on it, and comes back: nothing is lost, and whoever asks meanwhile is told.</summary>
public sealed class PostgresOutageTests
{
    private static readonly string Changed = Texts.Policy() + "\n# changed\n";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hosts_are_steered_while_the_database_is_away_and_everything_is_stored_when_it_is_back(bool crash)
    {
        await using var server = await Launch();
        await using var silo = await TestSilo.StartWithPolicy(options => options with { Database = server.ConnectionString() });
        Plan second;
        await using (var agent = await silo.Agent())
        {
            await agent.Ack(await agent.FirstPlan());
            await silo.HostIs(HostStatus.Settled);
            await (crash ? server.Kill() : server.Stop());
            await IsToldSo(silo);
            await agent.Report(TestAgent.Path("wlan0", "10.1.0.2", PathState.LinkDown));
            second = await agent.Plan();
            await agent.Ack(second);
            await silo.HostWhen(seen => seen.Summary.Running?.Equals(second.Version) == true);

            await server.Start();
            await Eventually.HoldsAsync(
                "the silo is ready", async () => (await silo.Http.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK, TestSilo.Patience);
            var applied = await silo.Apply(Changed);
            Assert.Equal((ApplyResult.Changed, 2ul), (applied.Result, applied.Revision));
            second = await agent.Plan();
            Assert.Equal(Changed, second.PolicyYaml);
            await agent.Ack(second);
            await silo.HostIs(HostStatus.Settled);
            await agent.Finish();
        }

        await silo.HostIs(HostStatus.Away);
        await silo.Restart();
        Assert.Equal(second.Version, (await silo.Host()).Summary.Running);
        var stored = Assert.Single((await silo.Fleet.ListPoliciesAsync(new ListPoliciesRequest())).Policies);
        Assert.Equal((2ul, Changed), (stored.Revision, stored.Yaml));
    }

    [Fact]
    public async Task What_was_acknowledged_before_a_crash_of_the_server_is_there_afterwards()
    {
        await using var server = await Launch("fsync=on");
        await using var store = new PostgresGrainStorage(server.ConnectionString());
        await store.Open(default);
        using var crashed = new CancellationTokenSource();
        var written = new int[16];
        var writers = Enumerable.Range(0, written.Length).Select(async writer =>
        {
            var state = new GrainState<Count>(new Count(0));
            while (!crashed.IsCancellationRequested)
            {
                state.State = new Count(written[writer] + 1);
                try
                {
                    await store.WriteStateAsync("host", GrainId.Create("host", $"h{writer}"), state);
                    written[writer]++;
                }
                catch (StoreException)
                {
                    return;
                }
            }
        }).ToArray();
        await Eventually.HoldsAsync("writes are under way", () => written.Sum() > 500);
        await server.Kill();
        await crashed.CancelAsync();
        await Task.WhenAll(writers);

        await server.Start();
        for (var writer = 0; writer < written.Length; writer++)
        {
            var read = new GrainState<Count>();
            await store.ReadStateAsync("host", GrainId.Create("host", $"h{writer}"), read);
            // The write whose answer was lost may have been stored.
            Assert.InRange(read.State!.Number, written[writer], written[writer] + 1);
        }
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_looked_up_rather_than_called_failed()
    {
        await using var server = await Launch();
        var database = server.ConnectionString();
        await using var store = new PostgresGrainStorage(database);
        await store.Open(default);
        // A commit then waits, though it is stored, for a standby that never comes.
        await PostgresFixture.Execute(database, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        await PostgresFixture.Execute(database, "SELECT pg_reload_conf()");
        var state = new GrainState<Count>(new Count(0));
        var writing = Task.CompletedTask;
        await Eventually.HoldsAsync("a commit that waited lost its connection", async () =>
        {
            if (writing.IsCompleted)
            {
                await writing;
                state.State = new Count(state.State!.Number + 1);
                writing = store.WriteStateAsync("host", GrainId.Create("host", "a"), state);
            }

            return await PostgresFixture.Ask<long>(
                database, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == 1;
        });
        await writing;
        var read = new GrainState<Count>();
        await store.ReadStateAsync("host", GrainId.Create("host", "a"), read);
        Assert.Equal((state.State!.Number, state.ETag), (read.State!.Number, read.ETag));
    }

    private static async Task<PostgresServer> Launch(params string[] settings)
    {
        var (server, whyNot) = await PostgresServer.Launch(settings);
        Assert.SkipWhen(server is null, whyNot ?? "");
        return server!;
    }

    private static async Task IsToldSo(TestSilo silo)
    {
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/healthz")).StatusCode);
        await Unready(silo);
        Assert.Contains("cannot be reached", await Unready(silo), StringComparison.Ordinal);
        Assert.Equal(ServingStatus.NotServing, (await silo.Health.CheckAsync(new())).Status);

        var refused = await Assert.ThrowsAsync<RpcException>(() => silo.Apply(Changed));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Contains("cannot be reached", refused.Status.Detail, StringComparison.Ordinal);
        using var content = new StringContent(Changed);
        using var answer = await silo.Http.PutAsync("/api/v1/policies", content);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(Texts.Policy(), Assert.Single((await silo.Fleet.ListPoliciesAsync(new ListPoliciesRequest())).Policies).Yaml);
    }

    private static async Task<string> Unready(TestSilo silo)
    {
        using var answer = await silo.Http.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString()!;
    }

    private sealed record Count(int Number);
}
