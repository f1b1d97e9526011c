using System.Data.Common;
using Npgsql;

namespace Multipath.Silo.Storage;

/// <summary>Whether the cluster's database answers.</summary>
internal sealed class ClusterHealth(NpgsqlDataSource database) : IStoreHealth
{
    public async Task<string?> Check(CancellationToken cancellation)
    {
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(cancellation);
            return null;
        }
        catch (DbException error)
        {
            return $"The store does not answer: {error.Message}";
        }
    }
}
