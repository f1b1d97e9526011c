using System.Collections.Immutable;
using Dapper;
using Npgsql;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>
/// Looks whether tables are as their migrations made them and may be used: a schema that was restored in part or changed by hand is found
/// at start-up rather than by the first write that meets it.
/// </summary>
internal static class SchemaCheck
{
    private const string Question = """
        SELECT coalesce(array_agg(a.attname::text), '{}') AS Columns,
            to_regclass(@Table) IS NOT NULL AS IsThere,
            coalesce(
                has_table_privilege(to_regclass(@Table), 'SELECT') AND has_table_privilege(to_regclass(@Table), 'INSERT')
                AND has_table_privilege(to_regclass(@Table), 'UPDATE') AND has_table_privilege(to_regclass(@Table), 'DELETE'),
                true) AS MayUse
        FROM pg_attribute a
        WHERE a.attrelid = to_regclass(@Table) AND a.attnum > 0 AND NOT a.attisdropped
        """;

    /// <param name="connection">To the database.</param>
    /// <param name="sets">The tables that are looked at.</param>
    /// <param name="versions">Of the database, before it was migrated, by set.</param>
    /// <param name="settings">For messages.</param>
    /// <exception cref="StoreException">They are not; the message says what is lacking.</exception>
    public static async Task Run(
        NpgsqlConnection connection,
        ImmutableArray<SchemaSet> sets,
        IReadOnlyDictionary<string, int> versions,
        NpgsqlConnectionStringBuilder settings)
    {
        var where = PostgresDatabase.Describe(settings);
        foreach (var table in sets.SelectMany(set => set.Tables))
        {
            var found = await connection.QuerySingleAsync<Found>(Question, new { Table = table.Name });
            var missing = table.Columns.Except(found.Columns).ToArray();
            if (!found.IsThere || missing.Length > 0)
            {
                var lack = found.IsThere ? $"has no column {string.Join(", ", missing)}" : "is missing";
                throw Damaged(where, $"table {table.Name} {lack}");
            }

            if (!found.MayUse)
            {
                throw new StoreException(
                    $"Role {settings.Username} may not read and write table {table.Name} of {where}. Run mpsilo migrate --grant "
                    + $"{settings.Username} with the connection string of its owner.");
            }
        }

        // A newer version may have put other statements there that do for this one too.
        if (sets.Contains(SchemaSet.Orleans) && versions.GetValueOrDefault(SchemaSet.Orleans.Name) <= SchemaSet.Orleans.Steps.Length)
        {
            await CheckQueries(connection, where);
        }
    }

    private static async Task CheckQueries(NpgsqlConnection connection, string where)
    {
        var rows = await connection.QueryAsync<(string Key, string Text)>("SELECT querykey, querytext FROM orleansquery");
        var stored = rows.ToDictionary(row => row.Key, row => row.Text, StringComparer.Ordinal);
        if (OrleansQueries.All.FirstOrDefault(query => stored.GetValueOrDefault(query.Key) != query.Value) is { Key: { } other })
        {
            throw Damaged(where, $"row {other} of table orleansquery is {(stored.ContainsKey(other) ? "another" : "missing")}");
        }
    }

    private static StoreException Damaged(string where, string what) => new(
        $"{where} has not the schema that its migrations made: {what}. Restore it whole from a backup, or use an empty database.");

    private sealed class Found
    {
        public string[] Columns { get; init; } = [];

        public bool IsThere { get; init; }

        public bool MayUse { get; init; }
    }
}
