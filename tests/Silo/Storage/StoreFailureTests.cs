using System.Net;
using System.Text.Json;
using Dapper;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using Multipath.Contracts.Wire;
using Multipath.Silo.Storage;
using Multipath.Silo.Storage.Sqlite;
using Multipath.Silo.Tests.Support;

namespace Multipath.Silo.Tests.Storage;

/// <summary>
/// A store that cannot be written while the silo runs: each change is stored whole or not made, and whoever asked is told.
/// </summary>
public sealed class StoreFailureTests
{
    private static readonly string Changed = Texts.Policy() + "\n# changed\n";

    [Theory]
    [InlineData("policy")]
    [InlineData("fleet")]
    public async Task A_policy_that_cannot_be_stored_is_not_applied_in_any_part_and_can_be_applied_later(string broken)
    {
        await using var silo = await TestSilo.StartWithPolicy();
        await using var agent = await silo.Agent();
        await agent.Ack(await agent.FirstPlan());
        await silo.HostIs(HostStatus.Settled);

        using (silo.Break(broken))
        {
            var answer = await silo.Http.PutAsync(new Uri("/api/v1/policies", UriKind.Relative), new StringContent(Changed));
            Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, await answer.Content.ReadAsStringAsync());
            var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
            Assert.Contains("Nothing was stored.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            var refused = await Assert.ThrowsAsync<RpcException>(() => silo.Apply(Changed));
            Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
            refused = await Assert.ThrowsAsync<RpcException>(
                () => silo.Fleet.DeletePolicyAsync(new DeletePolicyRequest { Name = "vans" }).ResponseAsync);
            Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
            Assert.DoesNotContain(await agent.UntilQuiet(), message => message.BodyCase == SiloMessage.BodyOneofCase.Plan);
        }

        Assert.Equal((1ul, Texts.Policy()), await Stored(silo));
        Assert.Equal((ApplyResult.Changed, 2ul), (await silo.Apply(Changed)) is var applied ? (applied.Result, applied.Revision) : default);
        Assert.Equal(Changed, (await agent.Plan()).PolicyYaml);
        await silo.Restart();
        Assert.Equal((2ul, Changed), await Stored(silo));
    }

    [Fact]
    public async Task Hosts_are_steered_while_nothing_can_be_stored_and_are_stored_afterwards()
    {
        await using var silo = await TestSilo.StartWithPolicy();
        Plan second;
        await using (var agent = await silo.Agent())
        {
            await agent.Ack(await agent.FirstPlan());
            await silo.HostIs(HostStatus.Settled);
            using (silo.Break("host"))
            {
                await agent.Report(TestAgent.Path("wlan0", "10.1.0.2", PathState.LinkDown));
                second = await agent.Plan();
                await agent.Ack(second);
                await silo.HostWhen(seen => seen.Summary.Running?.Equals(second.Version) == true);
            }

            await agent.Finish();
            await silo.HostIs(HostStatus.Away);
        }

        await silo.Restart();
        Assert.Equal(second.Version, (await silo.Host()).Summary.Running);
    }

    [Fact]
    public async Task A_session_that_cannot_be_stored_is_told_to_come_back_and_why()
    {
        await using var silo = await TestSilo.Start();
        using (silo.Break("host"))
        {
            await using var agent = await silo.Agent();
            var end = await agent.End();
            Assert.Equal(StatusCode.Unavailable, end.StatusCode);
            Assert.Contains("Nothing was stored.", end.Detail, StringComparison.Ordinal);
        }

        await using var back = await silo.Agent();
        await back.Next(SiloMessage.BodyOneofCase.Welcome);
        await back.ReportAll();
        await silo.HostWhen(host => host.Summary.Paths == 2);
    }

    [Fact]
    public async Task A_full_disk_is_called_so_and_the_store_works_again_when_there_is_room()
    {
        var folder = Directory.CreateTempSubdirectory("mpsilo-full-").FullName;
        try
        {
            using var connection = SqliteDatabase.Open(folder);
            await using var commits = new GroupCommit(connection);
            connection.Execute("PRAGMA max_page_count = 8");
            var error = await Assert.ThrowsAsync<StoreException>(() => commits.Write((database, transaction) =>
                Insert(database, transaction, "large", new string('x', 1_000_000)) && Insert(database, transaction, "small", "x")));
            var file = System.IO.Path.Combine(folder, SqliteDatabase.FileName);
            Assert.StartsWith($"The disk of {file} is full.", error.Message, StringComparison.Ordinal);
            Assert.Equal(0, connection.ExecuteScalar<int>("SELECT count(*) FROM grain_state"));
            connection.Execute("PRAGMA max_page_count = 100000");
            Assert.True(await commits.Write((database, transaction) => Insert(database, transaction, "large", new string('x', 1_000_000))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_store_that_another_program_holds_is_called_so_after_a_bounded_wait_and_works_when_it_lets_go()
    {
        var folder = Directory.CreateTempSubdirectory("mpsilo-held-").FullName;
        try
        {
            using var connection = SqliteDatabase.Open(folder, Migrations.All, lockWaitSeconds: 1);
            await using var commits = new GroupCommit(connection);
            using (var other = SqliteDatabase.Open(folder))
            {
                other.Execute("BEGIN EXCLUSIVE");
                var writes = Enumerable.Range(0, 3).Select(i => commits.Write((database, transaction) =>
                    Insert(database, transaction, $"{i}", "x")));
                foreach (var write in writes.ToArray())
                {
                    var error = await Assert.ThrowsAsync<StoreException>(() => write);
                    Assert.Contains("is locked by another program", error.Message, StringComparison.Ordinal);
                }

                other.Execute("ROLLBACK");
            }

            Assert.True(await commits.Write((database, transaction) => Insert(database, transaction, "0", "x")));
            Assert.Equal(1, connection.ExecuteScalar<int>("SELECT count(*) FROM grain_state"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Insert(SqliteConnection database, SqliteTransaction transaction, string key, string body) =>
        database.Execute("INSERT INTO grain_state VALUES ('host', @key, 1, @body)", new { key, body }, transaction) == 1;

    private static async Task<(ulong Revision, string Yaml)> Stored(TestSilo silo)
    {
        var policy = Assert.Single((await silo.Fleet.ListPoliciesAsync(new ListPoliciesRequest())).Policies);
        return (policy.Revision, policy.Yaml);
    }
}
