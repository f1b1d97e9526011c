using System.Collections.Immutable;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>The product's own tables on PostgreSQL: grain state as in the SQLite file.</summary>
internal static class ProductSchema
{
    /// <summary>One row for each state of a grain; its ETag rises by one with each write.</summary>
    public const string GrainState = "mp_grain_state";

    public static ImmutableArray<SchemaTable> Tables { get; } = [new(GrainState, ["name", "key", "etag", "body"])];

    public static ImmutableArray<string> Steps { get; } =
    [
        """
        CREATE TABLE mp_grain_state (
            name text   NOT NULL,
            key  text   NOT NULL,
            etag bigint NOT NULL,
            body text   NOT NULL,
            PRIMARY KEY (name, key)
        );
        """,
    ];
}
