using System.Collections.Immutable;
using Dapper;
using Npgsql;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>
/// Brings a PostgreSQL database to the newest schema. All that a database lacks is done in one transaction, under a lock of the database,
/// so that silos that start at once do it once, and one that is killed half-way leaves nothing behind.
/// </summary>
/// <param name="database">Of a role that may make tables, unless there is nothing to make.</param>
/// <param name="settings">What <paramref name="database"/> was made of, for messages.</param>
internal sealed class SchemaMigrator(NpgsqlDataSource database, NpgsqlConnectionStringBuilder settings)
{
    /// <summary>Of the advisory lock: "mpsilo" in ASCII.</summary>
    private const long LockKey = 0x6d70_7369_6c6f;

    /// <summary>Another silo's migration takes seconds; what holds its lock for longer is stuck.</summary>
    private const int LockWaitSeconds = 60;

    private const string History = """
        CREATE TABLE IF NOT EXISTS mp_migration (
            set_name   text        NOT NULL,
            step       integer     NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (set_name, step)
        );
        ALTER TABLE mp_migration ADD COLUMN IF NOT EXISTS least integer;
        """;

    /// <summary>A database that was last migrated before there was a column "least" has none.</summary>
    private const string Recorded = """
        SELECT set_name AS Set, max(step) AS Step, max(coalesce((to_jsonb(m) ->> 'least')::integer, step)) AS Least
        FROM mp_migration m GROUP BY set_name
        """;

    /// <summary>Those that have not missed three signatures; the first schema has them by the silos' own clocks.</summary>
    private const string Running = """
        SELECT string_agg(DISTINCT format('%s:%s', address, port), ', ') FROM orleansmembershiptable m
        WHERE status = 3 AND coalesce((to_jsonb(m) ->> 'signedat')::timestamptz, iamalivetime) > now() - interval '30 s'
        """;

    /// <summary>Runs the steps that the database lacks, then checks that the tables are what the program counts on.</summary>
    /// <returns>The steps that were run, such as <c>product 1</c>; none when there was nothing to do.</returns>
    /// <exception cref="StoreException">It cannot be done, and nothing was changed; the message says why and what to do.</exception>
    public async Task<ImmutableArray<string>> Migrate(ImmutableArray<SchemaSet> sets, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            var versions = await Versions(connection);
            var done = IsWhole(sets, versions) ? [] : await RunMissing(connection, sets);
            await SchemaCheck.Run(connection, sets, versions, settings);
            return done;
        }
        catch (Exception error) when (PostgresTrouble.Is(error))
        {
            throw PostgresTrouble.Opening(settings, error);
        }
    }

    /// <summary>Lets a role use the tables of these sets, as a silo does.</summary>
    /// <exception cref="StoreException">There is no such role, or this one may not grant.</exception>
    public async Task Grant(ImmutableArray<SchemaSet> sets, string role, CancellationToken cancellation)
    {
        using var quoting = new NpgsqlCommandBuilder();
        var name = quoting.QuoteIdentifier(role);
        var tables = string.Join(", ", sets.SelectMany(set => set.Tables).Select(table => table.Name));
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            var schema = quoting.QuoteIdentifier(await connection.QuerySingleAsync<string>("SELECT current_schema()"));
            await connection.ExecuteAsync(
                $"GRANT USAGE ON SCHEMA {schema} TO {name}; GRANT SELECT ON mp_migration TO {name}; "
                + $"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {name}");
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UndefinedObject)
        {
            throw new StoreException(
                $"There is no role {role} to grant rights to. Make it: CREATE ROLE {name} LOGIN PASSWORD '...'.", error);
        }
        catch (Exception error) when (PostgresTrouble.Is(error))
        {
            throw PostgresTrouble.Opening(settings, error);
        }
    }

    private static bool IsWhole(ImmutableArray<SchemaSet> sets, IReadOnlyDictionary<string, int> versions) =>
        sets.All(set => versions.GetValueOrDefault(set.Name) >= set.Steps.Length);

    private async Task<IReadOnlyDictionary<string, int>> Versions(NpgsqlConnection connection)
    {
        if (!await HasHistory(connection))
        {
            return ImmutableDictionary<string, int>.Empty;
        }

        var rows = (await connection.QueryAsync<(string Set, int Step, int Least)>(Recorded)).ToDictionary(row => row.Set);
        foreach (var set in SchemaSet.All.Where(set => rows.GetValueOrDefault(set.Name).Least > set.Steps.Length))
        {
            throw new StoreException(
                $"{PostgresDatabase.Describe(settings)} has {set.Name} schema {rows[set.Name].Step}, this program knows up to "
                + $"{set.Steps.Length}: it was migrated by a newer version. Start that version, or restore a backup made before the "
                + "upgrade.");
        }

        return rows.ToDictionary(row => row.Key, row => row.Value.Step, StringComparer.Ordinal);
    }

    private static async Task<bool> HasHistory(NpgsqlConnection connection) =>
        await connection.ExecuteScalarAsync<bool>("SELECT to_regclass('mp_migration') IS NOT NULL");

    private async Task<ImmutableArray<string>> RunMissing(NpgsqlConnection connection, ImmutableArray<SchemaSet> sets)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync($"SET LOCAL lock_timeout = '{LockWaitSeconds}s'");
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@LockKey)", new { LockKey }, commandTimeout: 2 * LockWaitSeconds);
        // Unconditionally: what this session knew of absent tables from before the lock is only forgotten by a statement that makes one.
        await connection.ExecuteAsync(History);

        // Read again under the lock: another silo may have done it all meanwhile.
        var versions = await Versions(connection);
        var done = ImmutableArray.CreateBuilder<string>();
        foreach (var set in sets)
        {
            if (versions.GetValueOrDefault(set.Name) is > 0 and var version && version < set.Least)
            {
                await RefuseUnderSilos(connection, set);
            }

            for (var step = versions.GetValueOrDefault(set.Name) + 1; step <= set.Steps.Length; step++)
            {
                await RunStep(connection, set, step);
                done.Add($"{set.Name} {step}");
            }
        }

        await transaction.CommitAsync();
        return done.ToImmutable();
    }

    /// <summary>Silos of the version before would fail, or write what those of the new one do not read.</summary>
    private async Task RefuseUnderSilos(NpgsqlConnection connection, SchemaSet set)
    {
        if (await connection.ExecuteScalarAsync<bool>("SELECT to_regclass('orleansmembershiptable') IS NOT NULL")
            && await connection.ExecuteScalarAsync<string?>(Running) is { } silos)
        {
            throw new StoreException(
                $"{PostgresDatabase.Describe(settings)} needs {set.Name} schema {set.Least}, with which silos of an older version cannot "
                + $"work, and some run: {silos}. Stop them all, then start again; hosts go on with what they run meanwhile.");
        }
    }

    private async Task RunStep(NpgsqlConnection connection, SchemaSet set, int step)
    {
        try
        {
            await connection.ExecuteAsync(set.Steps[step - 1], commandTimeout: 2 * LockWaitSeconds);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DuplicateTable)
        {
            throw new StoreException(
                $"{PostgresDatabase.Describe(settings)} has tables of the {set.Name} schema that no migration of this program made "
                + $"({error.MessageText}). Use an empty database, or move them away.", error);
        }

        await connection.ExecuteAsync(
            "INSERT INTO mp_migration (set_name, step, least) VALUES (@Name, @step, @least)",
            new { set.Name, step, least = Math.Min(step, set.Least) });
    }
}
