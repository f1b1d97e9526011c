using Multipath.Contracts.Wire;
using Multipath.Silo.Storage.PostgreSql;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;
using Npgsql;
using Path = System.IO.Path;

namespace Multipath.Silo.Tests.Storage.PostgreSql;

/// <summary>A database that is older or newer than what stands on it.</summary>
public sealed class PostgresProgramTests(PostgresFixture postgres) : IDisposable
{
    private static readonly string Newer = Texts.Policy(wifi: 2, lte: 1);

    private readonly string _folder = Directory.CreateTempSubdirectory("mpsilo-restore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_host_that_followed_a_newer_policy_is_held_after_a_restore_of_a_backup()
    {
        var database = await postgres.Database();
        var backup = Path.Combine(_folder, "backup.jsonl");
        Plan plan;
        ulong sequence;
        await using (var silo = await TestSilo.Start(options => options with { Database = database }))
        {
            await silo.Apply(Texts.Policy());
            await using (var agent = await silo.Agent())
            {
                plan = await agent.FirstPlan();
                await agent.Ack(plan);
                await silo.HostIs(HostStatus.Settled);
                (sequence, _) = (agent.Sequence, agent.Finish());
                await silo.HostIs(HostStatus.Away);
            }

            await silo.Restart();
            await using var again = await silo.Agent(running: plan.Version, sequence: sequence);
            await again.ReportAll();
            await silo.HostIs(HostStatus.Settled);
            await again.UntilQuiet();
            await Upkeep(["export", backup, "--database", database]);
            await silo.Apply(Newer);
            plan = await again.Plan();
            await again.Ack(plan);
            await silo.HostIs(HostStatus.Settled);
            (sequence, _) = (again.Sequence, again.Finish());
            await silo.HostIs(HostStatus.Away);
        }

        await Upkeep(["import", backup, "--database", database, "--replace"]);
        await using var restored = await TestSilo.Start(options => options with { Database = database });
        await using var back = await restored.Agent(running: plan.Version, sequence: sequence);
        await back.ReportAll();
        await restored.HostIs(HostStatus.Held);
        Assert.DoesNotContain(await back.UntilQuiet(), message => message.BodyCase == SiloMessage.BodyOneofCase.Plan);
    }

    [Theory]
    [InlineData("product")]
    [InlineData("state")]
    public async Task A_program_older_than_the_database_says_so_and_does_not_start(string set)
    {
        var settings = PostgresDatabase.Parse(await postgres.Database());
        await using (var source = NpgsqlDataSource.Create(settings))
        {
            await new SchemaMigrator(source, settings).Migrate(SchemaSet.All, default);
        }

        await PostgresFixture.Execute(settings.ConnectionString, $"INSERT INTO mp_migration (set_name, step) VALUES ('{set}', 2)");
        await using var program = ChildProgram.Start(
            "mpsilo",
            new Dictionary<string, string> { ["MPSILO_DATABASE"] = settings.ConnectionString },
            "--grpc",
            "http://127.0.0.1:0",
            "--http",
            "http://127.0.0.1:0");
        var why = $"has {set} schema 2, this program knows up to 1: it was migrated by a newer version.";
        await Eventually.HoldsAsync("it says why", () => program.Printed.Contains(why, StringComparison.Ordinal), TestSilo.Patience);
        var ended = await Assert.ThrowsAsync<InvalidOperationException>(() => program.PrintsAsync("mpsilo serves"));
        Assert.Contains("mpsilo: PostgreSQL database ", ended.Message, StringComparison.Ordinal);
    }

    private static async Task Upkeep(string[] args)
    {
        using StringWriter output = new(), errors = new();
        await Silo.Hosting.Upkeep.Run(args, _ => null, output, errors, TestContext.Current.CancellationToken);
        Assert.Equal("", errors.ToString());
    }
}
