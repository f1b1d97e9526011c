using System.Collections.Immutable;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>
/// The statements that the ADO.NET providers of Microsoft Orleans look up. Keys, parameters and result columns are the providers'
/// (Orleans 10, src/AdoNet: DbStoredQueries, RelationalOrleansQueries, AdoNetGrainStorage); each statement is a single one, so that it
/// holds whole or not at all without a function in the database.
/// </summary>
internal static class OrleansQueries
{
    private const string MemberKey = "deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation";

    private const string MemberColumns = """
        v.deploymentid AS DeploymentId, m.address AS Address, m.port AS Port, m.generation AS Generation, m.siloname AS SiloName,
            m.hostname AS HostName, m.status AS Status, m.proxyport AS ProxyPort, m.suspecttimes AS SuspectTimes,
            m.starttime AS StartTime, m.iamalivetime AS IAmAliveTime, v.version AS Version
        """;

    private const string ReminderColumns =
        "grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version";

    /// <summary>A key of text has numbers 0, one of numbers has no text; the providers' hashes of it add nothing.</summary>
    private const string StorageKey = """
        serviceid = @ServiceId AND statename = @GrainTypeString AND keytext = COALESCE(@GrainIdExtensionString, '')
            AND keyhigh = @GrainIdN0 AND keylow = @GrainIdN1
        """;

    /// <summary>By key, in order of the keys.</summary>
    public static ImmutableSortedDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        // Membership. Every change takes one turn of the version row, and fails with 0 when its writer had read another version.
        ["InsertMembershipVersionKey"] = """
            WITH made AS (
                INSERT INTO orleansmembershipversiontable (deploymentid) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
            SELECT count(*)::integer FROM made
            """,
        ["InsertMembershipKey"] = $"""
            WITH turn AS (
                UPDATE orleansmembershipversiontable SET version = version + 1, changedat = now()
                WHERE deploymentid = @DeploymentId AND version = @Version
                    AND NOT EXISTS (SELECT 1 FROM orleansmembershiptable WHERE {MemberKey})
                RETURNING 1),
            made AS (
                INSERT INTO orleansmembershiptable (deploymentid, address, port, generation, siloname, hostname, status, proxyport,
                    starttime, iamalivetime)
                SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
                FROM turn
                RETURNING 1)
            SELECT count(*)::integer FROM made
            """,
        ["UpdateMembershipKey"] = $"""
            WITH turn AS (
                UPDATE orleansmembershipversiontable SET version = version + 1, changedat = now()
                WHERE deploymentid = @DeploymentId AND version = @Version
                    AND EXISTS (SELECT 1 FROM orleansmembershiptable WHERE {MemberKey})
                RETURNING 1),
            changed AS (
                UPDATE orleansmembershiptable SET status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime
                FROM turn
                WHERE {MemberKey}
                RETURNING 1)
            SELECT count(*)::integer FROM changed
            """,
        ["UpdateIAmAlivetimeKey"] =
            $"UPDATE orleansmembershiptable SET iamalivetime = @IAmAliveTime, signedat = now() WHERE {MemberKey}",
        ["MembershipReadRowKey"] = $"""
            SELECT {MemberColumns}
            FROM orleansmembershipversiontable v
            LEFT JOIN orleansmembershiptable m ON m.deploymentid = v.deploymentid
                AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
            WHERE v.deploymentid = @DeploymentId
            """,
        ["MembershipReadAllKey"] = $"""
            SELECT {MemberColumns}
            FROM orleansmembershipversiontable v
            LEFT JOIN orleansmembershiptable m ON m.deploymentid = v.deploymentid
            WHERE v.deploymentid = @DeploymentId
            """,
        ["DeleteMembershipTableEntriesKey"] = "DELETE FROM orleansmembershipversiontable WHERE deploymentid = @DeploymentId",
        ["CleanupDefunctSiloEntriesKey"] =
            "DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId AND iamalivetime < @IAmAliveTime AND status <> 3",
        ["GatewaysQueryKey"] = """
            SELECT address AS Address, proxyport AS ProxyPort, generation AS Generation
            FROM orleansmembershiptable
            WHERE deploymentid = @DeploymentId AND status = @Status AND proxyport > 0
            """,

        // Grain state. No row comes back when the version that the writer had read is not the stored one.
        ["ReadFromStorageKey"] = $"SELECT payload AS PayloadBinary, version AS Version FROM orleansstorage WHERE {StorageKey}",
        ["WriteToStorageKey"] = $"""
            WITH changed AS (
                UPDATE orleansstorage SET payload = @PayloadBinary, version = version + 1, changedat = now()
                WHERE {StorageKey} AND version = @GrainStateVersion
                RETURNING version),
            made AS (
                INSERT INTO orleansstorage (serviceid, statename, keytext, keyhigh, keylow, payload, version, changedat)
                SELECT @ServiceId, @GrainTypeString, COALESCE(@GrainIdExtensionString, ''), @GrainIdN0, @GrainIdN1, @PayloadBinary, 1, now()
                WHERE @GrainStateVersion IS NULL
                ON CONFLICT DO NOTHING
                RETURNING version)
            SELECT version AS NewGrainStateVersion FROM changed UNION ALL SELECT version FROM made
            """,
        ["ClearStorageKey"] = $"""
            UPDATE orleansstorage SET payload = NULL, version = version + 1, changedat = now()
            WHERE {StorageKey} AND version = @GrainStateVersion
            RETURNING version AS NewGrainStateVersion
            """,
        ["DeleteStorageKey"] = $"""
            DELETE FROM orleansstorage WHERE {StorageKey} AND version = @GrainStateVersion RETURNING version + 1 AS NewGrainStateVersion
            """,

        // Reminders. The hash ring wraps: a range is one stretch of it, or what lies outside of one.
        ["UpsertReminderRowKey"] = """
            INSERT INTO orleansreminderstable AS r (serviceid, grainid, remindername, starttime, period, grainhash)
            VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash)
            ON CONFLICT (serviceid, grainid, remindername) DO UPDATE
                SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = r.version + 1
            RETURNING version AS Version
            """,
        ["ReadReminderRowKey"] = $"""
            SELECT {ReminderColumns} FROM orleansreminderstable
            WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName
            """,
        ["ReadReminderRowsKey"] =
            $"SELECT {ReminderColumns} FROM orleansreminderstable WHERE serviceid = @ServiceId AND grainid = @GrainId",
        ["ReadRangeRows1Key"] = $"""
            SELECT {ReminderColumns} FROM orleansreminderstable
            WHERE serviceid = @ServiceId AND grainhash > @BeginHash AND grainhash <= @EndHash
            """,
        ["ReadRangeRows2Key"] = $"""
            SELECT {ReminderColumns} FROM orleansreminderstable
            WHERE serviceid = @ServiceId AND (grainhash > @BeginHash OR grainhash <= @EndHash)
            """,
        ["DeleteReminderRowKey"] = """
            WITH gone AS (
                DELETE FROM orleansreminderstable
                WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName AND version = @Version
                RETURNING 1)
            SELECT count(*)::integer FROM gone
            """,
        ["DeleteReminderRowsKey"] = "DELETE FROM orleansreminderstable WHERE serviceid = @ServiceId",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
