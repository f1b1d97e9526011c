using System.Collections.Immutable;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>
/// What the ADO.NET providers of Microsoft Orleans 10 need. They bring no schema: they read their statements from the table
/// <c>OrleansQuery</c> and know only its keys, the names of the parameters and the names of the columns that come back. The tables behind
/// are therefore ours to lay out.
/// </summary>
internal static class OrleansSchema
{
    public const string Storage = "orleansstorage";

    public static ImmutableArray<SchemaTable> Tables { get; } =
    [
        new("orleansquery", ["querykey", "querytext"]),
        new("orleansmembershipversiontable", ["deploymentid", "version", "changedat"]),
        new(
            "orleansmembershiptable",
            [
                "deploymentid", "address", "port", "generation", "siloname", "hostname", "status", "proxyport", "suspecttimes", "starttime",
                "iamalivetime", "signedat",
            ]),
        new(Storage, ["serviceid", "statename", "keytext", "keyhigh", "keylow", "payload", "version", "changedat"]),
        new("orleansreminderstable", ["serviceid", "grainid", "remindername", "starttime", "period", "grainhash", "version"]),
    ];

    public static ImmutableArray<string> Steps { get; } = [Make + Rows(), SignByOneClock + TextKeys + NoRows + Rows()];

    private const string Make = """
        CREATE TABLE orleansquery (
            querykey  text PRIMARY KEY,
            querytext text NOT NULL
        );

        CREATE TABLE orleansmembershipversiontable (
            deploymentid text        PRIMARY KEY,
            version      integer     NOT NULL DEFAULT 0,
            changedat    timestamptz NOT NULL DEFAULT now()
        );

        CREATE TABLE orleansmembershiptable (
            deploymentid text        NOT NULL REFERENCES orleansmembershipversiontable ON DELETE CASCADE,
            address      text        NOT NULL,
            port         integer     NOT NULL,
            generation   integer     NOT NULL,
            siloname     text        NOT NULL,
            hostname     text        NOT NULL,
            status       integer     NOT NULL,
            proxyport    integer     NOT NULL,
            suspecttimes text,
            starttime    timestamptz NOT NULL,
            iamalivetime timestamptz NOT NULL,
            PRIMARY KEY (deploymentid, address, port, generation)
        );

        CREATE TABLE orleansstorage (
            serviceid text        NOT NULL,
            statename text        NOT NULL,
            keytext   text        NOT NULL,
            keyhigh   bigint      NOT NULL,
            keylow    bigint      NOT NULL,
            payload   bytea,
            version   integer     NOT NULL,
            changedat timestamptz NOT NULL,
            PRIMARY KEY (serviceid, statename, keytext, keyhigh, keylow)
        );

        CREATE TABLE orleansreminderstable (
            serviceid    text        NOT NULL,
            grainid      text        NOT NULL,
            remindername text        NOT NULL,
            starttime    timestamptz NOT NULL,
            period       bigint      NOT NULL,
            grainhash    integer     NOT NULL,
            version      integer     NOT NULL DEFAULT 0,
            PRIMARY KEY (serviceid, grainid, remindername)
        );

        CREATE INDEX orleansreminderstable_by_hash ON orleansreminderstable (serviceid, grainhash);

        """;

    /// <summary>
    /// When a silo signed, by the clock of the database: who has to tell whether it lives may have another clock than the silo.
    /// </summary>
    private const string SignByOneClock = """
        ALTER TABLE orleansmembershiptable ADD signedat timestamptz NOT NULL DEFAULT now();

        """;

    /// <summary>Keys that were kept as they are, or as a number, in the form of <see cref="Archive.ClusterKey"/>.</summary>
    private const string TextKeys = """
        UPDATE orleansstorage SET keytext = '/' || keytext WHERE keytext <> '';
        UPDATE orleansstorage SET keytext = '/' || to_hex(keylow), keylow = 0 WHERE keytext = '' AND keyhigh = 0;

        """;

    private const string NoRows = "DELETE FROM orleansquery;\n";

    private static string Rows() => string.Concat(OrleansQueries.All.Select(query =>
        $"INSERT INTO orleansquery (querykey, querytext) VALUES ('{query.Key}', $query${query.Value}$query$);\n"));
}
