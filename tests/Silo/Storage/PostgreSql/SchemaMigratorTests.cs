using System.Collections.Immutable;
using Multipath.Silo.Storage;
using Multipath.Silo.Storage.PostgreSql;
using Multipath.Silo.Tests.Support;
using Npgsql;

namespace Multipath.Silo.Tests.Storage.PostgreSql;

public sealed class SchemaMigratorTests(PostgresFixture postgres)
{
    /// <summary>A silo that lives.</summary>
    private const string Signed = """
        INSERT INTO orleansmembershipversiontable (deploymentid) VALUES ('a');
        INSERT INTO orleansmembershiptable (
            deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime, signedat)
        VALUES ('a', '10.0.0.1', 11111, 1, 'a', 'a', 3, 0, now(), now(), now())
        """;

    [Fact]
    public async Task An_empty_database_is_migrated_once_and_then_left_alone()
    {
        var database = await postgres.Database();
        Assert.Equal(["product 1", "orleans 1", "orleans 2", "state 1"], await Migrate(database));
        Assert.Empty(await Migrate(database));
        Assert.Equal(4L, await PostgresFixture.Ask<long>(database, "SELECT count(*) FROM mp_migration"));
    }

    [Fact]
    public async Task One_set_does_not_bring_the_other()
    {
        var database = await postgres.Database();
        Assert.Equal(["product 1"], await Migrate(database, SchemaSet.Product));
        Assert.False(await PostgresFixture.Ask<bool>(database, "SELECT to_regclass('orleansquery') IS NOT NULL"));
        Assert.Equal(["orleans 1", "orleans 2", "state 1"], await Migrate(database));
    }

    [Fact]
    public async Task Silos_that_start_at_once_migrate_once_and_all_succeed()
    {
        var database = await postgres.Database();
        var done = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Migrate(database)));
        Assert.Equal(["product 1", "orleans 1", "orleans 2", "state 1"], done.SelectMany(steps => steps));
    }

    [Fact]
    public async Task A_step_that_fails_leaves_the_database_as_it_was()
    {
        var database = await postgres.Database();
        await Migrate(database, SchemaSet.Product);
        var half = SchemaSet.Product with
        {
            Steps = [.. SchemaSet.Product.Steps, "CREATE TABLE half (a integer); INSERT INTO nowhere VALUES (1)"],
        };
        await Assert.ThrowsAsync<StoreException>(() => Migrate(database, half));
        Assert.False(await PostgresFixture.Ask<bool>(database, "SELECT to_regclass('half') IS NOT NULL"));
        Assert.Equal(1, await PostgresFixture.Ask<int>(database, "SELECT max(step) FROM mp_migration"));
        var whole = half with { Steps = [.. SchemaSet.Product.Steps, "ALTER TABLE mp_grain_state ADD note text NOT NULL DEFAULT ''"] };
        Assert.Equal(["product 2"], await Migrate(database, whole));
    }

    [Fact]
    public async Task A_schema_of_a_newer_version_is_refused_with_both_numbers()
    {
        var database = await postgres.Database();
        await Migrate(database, SchemaSet.Product);
        await PostgresFixture.Execute(database, "INSERT INTO mp_migration (set_name, step) VALUES ('product', 99)");
        var error = await Assert.ThrowsAsync<StoreException>(() => Migrate(database));
        Assert.Contains("has product schema 99, this program knows up to 1", error.Message, StringComparison.Ordinal);
        Assert.False(await PostgresFixture.Ask<bool>(database, "SELECT to_regclass('orleansquery') IS NOT NULL"));
    }

    [Fact]
    public async Task A_newer_version_that_only_added_leaves_its_database_to_this_one_too()
    {
        var database = await postgres.Database();
        await Migrate(database);
        var adds = SchemaSet.Orleans with
        {
            Steps =
            [
                .. SchemaSet.Orleans.Steps,
                "ALTER TABLE orleansstorage ADD note text; UPDATE orleansquery SET querytext = querytext || ' ' WHERE true",
            ],
        };
        await PostgresFixture.Execute(database, Signed);
        Assert.Equal(2, adds.Least);
        Assert.Equal(["orleans 3"], await Migrate(database, adds));
        Assert.Empty(await Migrate(database));
        Assert.Empty(await Migrate(database, adds));
    }

    [Fact]
    public async Task A_step_with_which_older_silos_cannot_work_waits_until_none_runs_and_then_keeps_them_out()
    {
        var database = await postgres.Database();
        await Migrate(database);
        var breaks = SchemaSet.Orleans with
        {
            Steps = [.. SchemaSet.Orleans.Steps, "ALTER TABLE orleansstorage DROP changedat"],
            Least = 3,
        };
        await PostgresFixture.Execute(database, Signed);
        var refused = await Assert.ThrowsAsync<StoreException>(() => Migrate(database, breaks));
        Assert.Contains("needs orleans schema 3, with which silos of an older version cannot work, and some run: 10.0.0.1:11111. Stop them",
            refused.Message, StringComparison.Ordinal);
        Assert.Empty(await Migrate(database));

        await PostgresFixture.Execute(database, "UPDATE orleansmembershiptable SET signedat = now() - interval '31 s'");
        Assert.Equal(["orleans 3"], await Migrate(database, breaks with { Tables = [] }));
        var error = await Assert.ThrowsAsync<StoreException>(() => Migrate(database));
        Assert.Contains("has orleans schema 3, this program knows up to 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_was_migrated_before_versions_said_who_can_work_with_them_is_as_it_was()
    {
        var database = await postgres.Database();
        await Migrate(database);
        await PostgresFixture.Execute(database, "ALTER TABLE mp_migration DROP least");
        Assert.Empty(await Migrate(database));
        Assert.Equal(["product 2"], await Migrate(database, SchemaSet.Product with { Steps = [.. SchemaSet.Product.Steps, "SELECT 1"] }));
    }

    [Theory]
    [InlineData("product")]
    [InlineData("orleans")]
    public async Task States_of_a_form_that_a_newer_version_wrote_are_refused_for_this_one_would_drop_what_it_does_not_know(string set)
    {
        var database = await postgres.Database();
        var sets = SchemaSet.All.Where(one => one.Name == set).Append(SchemaSet.State).ToArray();
        await Migrate(database, sets);
        await PostgresFixture.Execute(database, "INSERT INTO mp_migration (set_name, step) VALUES ('state', 2)");
        var error = await Assert.ThrowsAsync<StoreException>(() => Migrate(database, sets));
        Assert.Contains("has state schema 2, this program knows up to 1: it was migrated by a newer version", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_a_cluster_that_were_kept_as_numbers_become_text()
    {
        var database = await postgres.Database();
        await Migrate(database, SchemaSet.Orleans with { Steps = [SchemaSet.Orleans.Steps[0]], Tables = [] });
        await PostgresFixture.Execute(
            database,
            "INSERT INTO orleansstorage VALUES ('a', 'host', 'van-1', 0, 0, '{}', 1, now()), ('a', 'host', '', 0, 51966, '{}', 1, now())");
        Assert.Equal(["orleans 2"], await Migrate(database, SchemaSet.Orleans));
        Assert.Equal(
            "/cafe 0,/van-1 0",
            await PostgresFixture.Ask<string>(
                database, "SELECT string_agg(keytext || ' ' || keylow, ',' ORDER BY keytext COLLATE \"C\") FROM orleansstorage"));
    }

    [Theory]
    [InlineData("DROP TABLE mp_grain_state", "table mp_grain_state is missing")]
    [InlineData("ALTER TABLE mp_grain_state DROP body, DROP etag", "table mp_grain_state has no column etag, body")]
    [InlineData("DROP TABLE orleansstorage", "table orleansstorage is missing")]
    [InlineData("DELETE FROM orleansquery WHERE querykey = 'WriteToStorageKey'", "row WriteToStorageKey of table orleansquery is missing")]
    [InlineData(
        "UPDATE orleansquery SET querytext = 'SELECT 1' WHERE querykey = 'GatewaysQueryKey'",
        "row GatewaysQueryKey of table orleansquery is another")]
    public async Task A_schema_that_is_not_whole_is_refused_with_what_is_lacking(string damage, string expected)
    {
        var database = await postgres.Database();
        await Migrate(database);
        await PostgresFixture.Execute(database, damage);
        var error = await Assert.ThrowsAsync<StoreException>(() => Migrate(database));
        Assert.Contains($"has not the schema that its migrations made: {expected}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_that_others_made_are_not_touched()
    {
        var database = await postgres.Database();
        await PostgresFixture.Execute(database, "CREATE TABLE orleansquery (a integer)");
        var error = await Assert.ThrowsAsync<StoreException>(() => Migrate(database));
        Assert.Contains("that no migration of this program made", error.Message, StringComparison.Ordinal);
        Assert.False(await PostgresFixture.Ask<bool>(database, "SELECT to_regclass('mp_migration') IS NOT NULL"));
    }

    [Fact]
    public async Task A_role_without_the_right_to_make_tables_is_told_what_to_run_and_then_needs_none()
    {
        var owner = await postgres.Database();
        var plain = await PostgresFixture.PlainRole(owner);
        var error = await Assert.ThrowsAsync<StoreException>(() => Migrate(plain));
        var role = new NpgsqlConnectionStringBuilder(plain).Username!;
        Assert.Contains($"Run mpsilo migrate --grant {role}", error.Message, StringComparison.Ordinal);

        await Migrate(owner);
        error = await Assert.ThrowsAsync<StoreException>(() => Migrate(plain));
        Assert.Contains($"--grant {role}", error.Message, StringComparison.Ordinal);

        await With(owner, migrator => migrator.Grant(SchemaSet.All, role, default));
        Assert.Empty(await Migrate(plain));
        await using var store = new PostgresGrainStorage(plain);
        await store.Open(default);
        Assert.Null(await store.Check(default));
    }

    [Fact]
    public async Task A_role_that_is_not_there_cannot_be_granted_anything()
    {
        var database = await postgres.Database();
        await Migrate(database);
        var error = await Assert.ThrowsAsync<StoreException>(() =>
            With(database, migrator => migrator.Grant(SchemaSet.All, "no\"body", default)));
        Assert.StartsWith("There is no role no\"body to grant rights to.", error.Message, StringComparison.Ordinal);
    }

    private static async Task<ImmutableArray<string>> Migrate(string connectionString, params SchemaSet[] sets)
    {
        ImmutableArray<string> done = [];
        var wanted = sets.Length == 0 ? SchemaSet.All : [.. sets];
        await With(connectionString, async migrator => done = await migrator.Migrate(wanted, default));
        return done;
    }

    private static async Task With(string connectionString, Func<SchemaMigrator, Task> action)
    {
        var settings = PostgresDatabase.Parse(connectionString);
        await using var database = NpgsqlDataSource.Create(settings);
        await action(new SchemaMigrator(database, settings));
    }
}
