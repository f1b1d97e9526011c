using Dapper;
using Npgsql;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>A state of a cluster as it stands in the table.</summary>
/// <param name="Version">Its ETag; rises by one with each write.</param>
/// <param name="Payload">JSON; null when it was cleared.</param>
internal sealed record ClusterRow(int Version, byte[]? Payload);

/// <summary>Looks at the rows that the storage provider of a cluster writes.</summary>
/// <param name="database">Of the cluster.</param>
/// <param name="cluster">Its id.</param>
internal sealed class ClusterRows(NpgsqlDataSource database, string cluster)
{
    private const int NotThere = -1;

    /// <summary>
    /// A question in the form of a write, which is taken back: other than a question it waits for a write of the row that is under way on
    /// a connection that its writer has lost, be it the first one or a later.
    /// </summary>
    private static readonly string Ask = $"""
        INSERT INTO {OrleansSchema.Storage} AS s (serviceid, statename, keytext, keyhigh, keylow, version, changedat)
        VALUES (@cluster, @stateName, @key, 0, 0, {NotThere}, now())
        ON CONFLICT (serviceid, statename, keytext, keyhigh, keylow) DO UPDATE SET version = s.version
        RETURNING version, payload
        """;

    /// <summary>The row once no write of it is under way; null when there is none.</summary>
    /// <exception cref="NpgsqlException">The database does not answer, or the write that is under way does not end.</exception>
    public async Task<ClusterRow?> Settled(string stateName, string key)
    {
        // Connections of the pool may be as dead as the one that was lost.
        database.Clear();
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var row = await connection.QuerySingleAsync<ClusterRow>(Ask, new { cluster, stateName, key }, transaction);
        await transaction.RollbackAsync();
        return row.Version == NotThere ? null : row;
    }
}
