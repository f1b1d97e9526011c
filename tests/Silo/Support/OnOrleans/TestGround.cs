using System.Globalization;
using Dapper;
using Multipath.Silo.Hosting;
using Multipath.TestKit;
using Npgsql;

namespace Multipath.Silo.Tests.Support;

/// <summary>
/// What a test's silos stand on in this build: a database of their own on the server that <c>MPTEST_DATABASE</c> names, gone afterwards,
/// and as many silos as <c>MPTEST_SILOS</c> says.
/// </summary>
internal sealed class TestGround : IAsyncDisposable
{
    private static readonly string? Server = Environment.GetEnvironmentVariable("MPTEST_DATABASE");
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("MPTEST_SILOS") ?? "2", CultureInfo.InvariantCulture);

    private readonly string _name = $"mptest_{Environment.ProcessId}_{Guid.NewGuid():n}";
    private readonly string _database;

    private TestGround() => _database = new NpgsqlConnectionStringBuilder(Server) { Database = _name, MaxPoolSize = 8 }.ToString();

    /// <summary>The store, to mpsilo's upkeep.</summary>
    public IReadOnlyList<string> Store => ["--database", _database, "--cluster", _name];

    public static async Task<TestGround> Make(SiloOptions options)
    {
        Assert.SkipUnless(
            options.Clock == TimeProvider.System,
            "silos tell by the clock of their grains whether the others live, and a clock that stands still takes the cluster apart");
        Assert.SkipWhen(Server is null, "no PostgreSQL: MPTEST_DATABASE is not set; tests/orleans.sh starts one and sets it");
        var ground = new TestGround();
        await OnServer($"CREATE DATABASE {ground._name}");
        return ground;
    }

    /// <summary>One for each silo, on ports that were free a moment ago.</summary>
    public IReadOnlyList<SiloOptions> Silos(SiloOptions options)
    {
        var ports = FreePorts.Take(Count);
        return [.. ports.Select(port => options with
        {
            Database = _database,
            Cluster = new ClusterSettings { Id = _name, SiloPort = port, Probe = TimeSpan.FromSeconds(30) },
        })];
    }

    /// <summary>Until disposed of, no state of this name can be written.</summary>
    public IDisposable Break(string state)
    {
        var connection = new NpgsqlConnection(_database);
        connection.Open();
        connection.Execute($"""
            CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
            CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON orleansstorage FOR EACH ROW WHEN (NEW.statename = '{state}')
                EXECUTE FUNCTION broken();
            """);
        return new Repair(connection);
    }

    /// <summary>Makes a backup while the silos run: all state as of one moment.</summary>
    public void Save() => OnDatabase("CREATE TABLE saved AS TABLE orleansstorage");

    /// <summary>Restores the backup, also under silos that run.</summary>
    public void PutBack() => OnDatabase("TRUNCATE orleansstorage; INSERT INTO orleansstorage SELECT * FROM saved");

    public async ValueTask DisposeAsync() => await OnServer($"DROP DATABASE {_name} WITH (FORCE)");

    private void OnDatabase(string sql)
    {
        using var connection = new NpgsqlConnection(_database);
        connection.Execute(sql);
    }

    private static async Task OnServer(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Server) { Pooling = false }.ToString());
        await connection.ExecuteAsync(sql);
    }

    private sealed class Repair(NpgsqlConnection connection) : IDisposable
    {
        public void Dispose()
        {
            connection.Execute("DROP TRIGGER broken ON orleansstorage; DROP FUNCTION broken()");
            connection.Dispose();
        }
    }
}
