using Dapper;
using Multipath.Contracts.Wire;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage.Sqlite;
using Multipath.Silo.Tests.Support;
using Path = System.IO.Path;

namespace Multipath.Silo.Tests.Hosting;

public sealed class UpkeepTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mpsilo-upkeep-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_fleet_moves_from_a_file_to_PostgreSQL_to_a_cluster_s_tables_and_back()
    {
        var database = await postgres.Database();
        PlanVersion running;
        await using (var silo = await TestSilo.Start())
        {
            running = await Settle(silo);
            // The fleet's index follows its hosts a moment later.
            await silo.Restart();
            var first = await Done("export", File("1"), "--data", silo.Ground.Folder);
            Assert.Equal($"3 states of {Path.Combine(silo.Ground.Folder, "fleet.db")} exported to {File("1")}", first);
        }

        await Done("import", File("1"), "--database", database);
        await using (var silo = await TestSilo.Start(options => options with { Database = database }))
        {
            Assert.Equal(running, (await silo.Host()).Summary.Running);
            await using var agent = await silo.Agent(running: running, sequence: 1);
            await agent.ReportAll();
            Assert.DoesNotContain(await agent.UntilQuiet(), message => message.BodyCase == SiloMessage.BodyOneofCase.Plan);
            await silo.HostIs(HostStatus.Settled);
        }

        await Done("export", File("2"), "--database", database);
        var moved = await Done("import", File("2"), "--database", database, "--cluster", "vans");
        Assert.EndsWith($"imported into cluster vans in {Where(database)}", moved, StringComparison.Ordinal);
        await Done("export", File("3"), "--database", database, "--cluster", "vans");
        await Done("import", File("3"), "--data", Path.Combine(_folder, "back"));
        await Done("export", File("4"), "--data", Path.Combine(_folder, "back"));
        Assert.Equal(States(File("2")), States(File("3")));
        Assert.Equal(States(File("2")), States(File("4")));
    }

    [Fact]
    public async Task A_store_that_is_not_empty_is_replaced_only_when_asked_and_all_or_nothing()
    {
        var database = await postgres.Database();
        Make(Path.Combine(_folder, "one"), "a");
        // A cluster's storage would take some of these names for numbers, and make one of them that differ.
        Make(Path.Combine(_folder, "two"), "b", "c", "cafe", "CAFE", "7", "007", "00112233445566770102030405060708");
        await Done("export", File("one"), "--data", Path.Combine(_folder, "one"));
        await Done("export", File("two"), "--data", Path.Combine(_folder, "two"));
        var broken = File("broken");
        await System.IO.File.WriteAllLinesAsync(broken, System.IO.File.ReadAllLines(File("two")).Take(2));
        string[][] stores =
        [
            ["--data", Path.Combine(_folder, "target")], ["--database", database], ["--database", database, "--cluster", "vans"],
        ];
        for (var i = 0; i < stores.Length; i++)
        {
            await Done(["import", File("one"), .. stores[i]]);
            Assert.Contains("has 1 states already. Nothing was changed;", await Failed(["import", File("two"), .. stores[i]]),
                StringComparison.Ordinal);
            Assert.Contains("without its last line", await Failed(["import", broken, .. stores[i], "--replace"]), StringComparison.Ordinal);
            await Done(["export", File($"still-{i}"), .. stores[i]]);
            Assert.Equal(States(File("one")), States(File($"still-{i}")));
            Assert.EndsWith(" in the place of 1", await Done(["import", File("two"), .. stores[i], "--replace"]), StringComparison.Ordinal);
            await Done(["export", File($"after-{i}"), .. stores[i]]);
            Assert.Equal(States(File("two")), States(File($"after-{i}")));
        }
    }

    [Fact]
    public async Task A_store_whose_silo_runs_can_be_exported_and_not_imported_into()
    {
        var database = await postgres.Database();
        Make(Path.Combine(_folder, "one"), "a");
        await Done("export", File("one"), "--data", Path.Combine(_folder, "one"));
        await using var onFile = await TestSilo.Start();
        await using var onPostgres = await TestSilo.Start(options => options with { Database = database });
        await onFile.Apply(Texts.Policy());
        await onPostgres.Apply(Texts.Policy());
        string[][] stores = [["--data", onFile.Ground.Folder], ["--database", database]];
        foreach (var store in stores)
        {
            await Done(["export", File($"live{store[0]}"), .. store]);
            Assert.Contains("Another silo uses", await Failed(["import", File("one"), .. store, "--replace"]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_cluster_whose_silos_may_live_is_not_imported_into()
    {
        var database = await postgres.Database();
        Make(Path.Combine(_folder, "one"), "a");
        await Done("export", File("one"), "--data", Path.Combine(_folder, "one"));
        await Done("migrate", "--database", database);
        await PostgresFixture.Execute(
            database,
            "INSERT INTO orleansmembershipversiontable (deploymentid) VALUES ('vans'); INSERT INTO orleansmembershiptable "
            + "VALUES ('vans', '10.0.0.1', 11111, 1, 'a', 'a', 3, 30000, NULL, now(), now())");
        var import = new[] { "import", File("one"), "--database", database, "--cluster", "vans" };
        Assert.Contains("may still run: 10.0.0.1:11111.", await Failed(import), StringComparison.Ordinal);
        // The silo's own clock says nothing of whether it lives: here it is an hour late.
        await PostgresFixture.Execute(database, "UPDATE orleansmembershiptable SET iamalivetime = now() - interval '1 hour'");
        Assert.Contains("may still run: 10.0.0.1:11111.", await Failed(import), StringComparison.Ordinal);
        await PostgresFixture.Execute(database, "UPDATE orleansmembershiptable SET signedat = now() - interval '61 s'");
        await Done(import);
    }

    [Fact]
    public async Task Migrate_says_what_it_did_and_lets_a_role_in()
    {
        var database = await postgres.Database();
        var role = new Npgsql.NpgsqlConnectionStringBuilder(await PostgresFixture.PlainRole(database)).Username!;
        var done = $"{Where(database)}: migrated, product 1, orleans 1, orleans 2, state 1";
        Assert.Equal(done, await Done("migrate", "--database", database));
        Assert.Equal(
            $"{Where(database)}: the schema was up to date; role {role} may use it",
            await Done("migrate", "--database", database, "--grant", role, "--tables", "product"));
    }

    [Theory]
    [InlineData("migrate", "--database: a connection string was expected")]
    [InlineData("migrate file", "file: unknown to migrate, expected --database, --grant, --tables")]
    [InlineData("migrate --database Host=a --tables some", "--tables: \"some\" is unknown, expected product, orleans or all")]
    [InlineData("export", "export: the name of a file was expected")]
    [InlineData("export f --replace", "--replace: unknown to export, expected --data, --database, --cluster, --tables")]
    [InlineData("export f --data", "--data: a value was expected")]
    [InlineData("export f --data d --database Host=a", "--data and --database: one store was expected")]
    [InlineData("export f --database Host=a --tables all", "--tables: product or orleans was expected")]
    [InlineData("export f --data d --tables product", "--tables: is for PostgreSQL, --database was expected")]
    [InlineData("export f --database Host=a --tables product --cluster c", "--cluster: has no part in --tables product")]
    [InlineData("import f --cluster c", "--cluster: is for PostgreSQL, --database was expected")]
    [InlineData("import f --database Host=a --cluster c'", "--cluster: \"c'\" is no name")]
    [InlineData("import f --database Database=a", "--database: The connection string names no Host.")]
    public async Task A_command_line_that_cannot_be_is_refused_with_what_was_expected(string line, string expected)
    {
        var (code, output, errors) = await Run(line.Split(' '));
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"mpsilo: {expected}", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_named_and_what_is_there_is_not_written_over()
    {
        var missing = Path.Combine(_folder, "missing");
        Assert.StartsWith($"mpsilo: There is no fleet.db in {missing}.", await Failed("export", File("x"), "--data", missing),
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(missing));
        Assert.Contains(File("absent"), await Failed("import", File("absent"), "--data", missing), StringComparison.Ordinal);
        Make(Path.Combine(_folder, "one"), "a");
        await Done("export", File("one"), "--data", Path.Combine(_folder, "one"));
        Assert.Contains("exists already", await Failed("export", File("one"), "--data", Path.Combine(_folder, "one")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upkeep_looks_where_the_silo_beside_it_keeps_its_state()
    {
        var database = await postgres.Database();
        Make(Path.Combine(_folder, "one"), "a");
        await Done("export", File("one"), "--data", Path.Combine(_folder, "one"));
        await Done("import", File("one"), "--database", database, "--cluster", "vans");
        var (code, output, errors) = await Run(
            name => name switch { "MPSILO_DATABASE" => database, "MPSILO_CLUSTER" => "vans", _ => null }, "export", File("two"));
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal($"1 states of cluster vans in {Where(database)} exported to {File("two")}", output);
        Assert.Equal(States(File("one")), States(File("two")));
    }

    [Fact]
    public async Task A_store_without_states_is_no_backup_though_its_silo_ran()
    {
        var database = await postgres.Database();
        var unused = Path.Combine(_folder, "unused");
        Make(Path.Combine(_folder, "one"), "a");
        await Done("export", File("one"), "--data", Path.Combine(_folder, "one"));
        using (var connection = SqliteDatabase.Open(unused))
        {
            connection.Execute("INSERT INTO grain_state VALUES ('probe', 'store', 7, '{}')");
        }

        await Done("migrate", "--database", database);
        await PostgresFixture.Execute(
            database,
            "INSERT INTO mp_grain_state (name, key, etag, body) VALUES ('probe', 'store', 7, '{}'); INSERT INTO orleansstorage "
            + "VALUES ('vans', 'probe', '/store', 0, 0, '{}', 7, now())");
        string[][] stores = [["--data", unused], ["--database", database], ["--database", database, "--cluster", "vans"]];
        foreach (var store in stores)
        {
            Assert.Contains(" has no states, so that ", await Failed(["export", File("empty"), .. store]), StringComparison.Ordinal);
            Assert.False(System.IO.File.Exists(File("empty")));
            await Done(["import", File("one"), .. store]);
        }
    }

    private static string Where(string database)
    {
        var settings = new Npgsql.NpgsqlConnectionStringBuilder(database);
        return $"PostgreSQL database {settings.Database} on {settings.Host}:{settings.Port}";
    }

    private static async Task<PlanVersion> Settle(TestSilo silo)
    {
        await silo.Apply(Texts.Policy());
        await using var agent = await silo.Agent();
        var plan = await agent.FirstPlan();
        await agent.Ack(plan);
        await silo.HostIs(HostStatus.Settled);
        await agent.Finish();
        await silo.HostIs(HostStatus.Away);
        return plan.Version;
    }

    private static void Make(string folder, params string[] keys)
    {
        using var connection = SqliteDatabase.Open(folder);
        foreach (var key in keys)
        {
            connection.Execute("INSERT INTO grain_state VALUES ('host', @key, 3, '{}')", new { key });
        }
    }

    private static IEnumerable<string> States(string file) =>
        System.IO.File.ReadAllLines(file).Where(line => line.StartsWith("{\"state\"", StringComparison.Ordinal));

    private static Task<(int Code, string Output, string Errors)> Run(params string[] args) => Run(_ => null, args);

    private static async Task<(int Code, string Output, string Errors)> Run(Func<string, string?> environment, params string[] args)
    {
        using StringWriter output = new(), errors = new();
        var code = await Upkeep.Run(args, environment, output, errors, TestContext.Current.CancellationToken);
        return (code, output.ToString().TrimEnd(), errors.ToString().TrimEnd());
    }

    private static async Task<string> Done(params string[] args)
    {
        var (code, output, errors) = await Run(args);
        Assert.Equal((0, ""), (code, errors));
        return output;
    }

    private static async Task<string> Failed(params string[] args)
    {
        var (code, output, errors) = await Run(args);
        Assert.Equal((1, ""), (code, output));
        return errors;
    }

    private string File(string name) => Path.Combine(_folder, name + ".jsonl");
}
