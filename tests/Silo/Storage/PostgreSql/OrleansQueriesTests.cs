using System.Data;
using Multipath.Silo.Storage.PostgreSql;
using Multipath.Silo.Tests.Support;
using Npgsql;

namespace Multipath.Silo.Tests.Storage.PostgreSql;

/// <summary>
/// Asks each row of OrleansQuery as the providers of Orleans do: read from the table, with their parameters in their types, its answer read
/// by their names.
/// </summary>
public sealed class OrleansQueriesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Cluster = "fleet";
    private static readonly DateTime Start = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private NpgsqlDataSource _database = null!;

    public async ValueTask InitializeAsync()
    {
        var settings = PostgresDatabase.Parse(await postgres.Database());
        _database = NpgsqlDataSource.Create(settings);
        await new SchemaMigrator(_database, settings).Migrate([SchemaSet.Orleans], default);
    }

    public async ValueTask DisposeAsync() => await (_database?.DisposeAsync() ?? default);

    [Fact]
    public void Every_query_that_the_providers_look_up_is_there() => Assert.Equal(
        [
            "CleanupDefunctSiloEntriesKey", "ClearStorageKey", "DeleteMembershipTableEntriesKey", "DeleteReminderRowKey",
            "DeleteReminderRowsKey", "DeleteStorageKey", "GatewaysQueryKey", "InsertMembershipKey", "InsertMembershipVersionKey",
            "MembershipReadAllKey", "MembershipReadRowKey", "ReadFromStorageKey", "ReadRangeRows1Key", "ReadRangeRows2Key",
            "ReadReminderRowKey", "ReadReminderRowsKey", "UpdateIAmAlivetimeKey", "UpdateMembershipKey", "UpsertReminderRowKey",
            "WriteToStorageKey",
        ],
        OrleansQueries.All.Keys);

    [Fact]
    public async Task A_cluster_is_made_once_and_a_silo_joins_only_with_the_version_that_it_read()
    {
        Assert.True(await Truth("InsertMembershipVersionKey", ("DeploymentId", Cluster)));
        Assert.False(await Truth("InsertMembershipVersionKey", ("DeploymentId", Cluster)));
        var empty = Assert.Single(await Ask("MembershipReadAllKey", ("DeploymentId", Cluster)));
        Assert.Equal((DBNull.Value, 0), (empty["StartTime"], (int)empty["Version"]));

        Assert.True(await Join(1, version: 0));
        Assert.False(await Join(2, version: 0));
        Assert.False(await Join(1, version: 1));
        Assert.True(await Join(2, version: 1));
        var all = await Ask("MembershipReadAllKey", ("DeploymentId", Cluster));
        Assert.Equal([(1, 2), (2, 2)], all.Select(row => ((int)row["Generation"], (int)row["Version"])).Order());
    }

    [Fact]
    public async Task Of_silos_that_join_at_once_one_takes_the_version()
    {
        await Truth("InsertMembershipVersionKey", ("DeploymentId", Cluster));
        var joined = await Task.WhenAll(Enumerable.Range(1, 8).Select(generation => Join(generation, version: 0)));
        Assert.Single(joined, one => one);
        Assert.Single(await Ask("MembershipReadAllKey", ("DeploymentId", Cluster)));
    }

    [Fact]
    public async Task A_silo_s_row_is_read_updated_and_signed()
    {
        await Truth("InsertMembershipVersionKey", ("DeploymentId", Cluster));
        await Join(1, version: 0);
        Assert.True(await Update(1, status: 3, suspects: "127.0.0.1:11111@2,2030-01-01 00:00:00.000 GMT", version: 1));
        Assert.False(await Update(1, status: 6, suspects: null, version: 1));
        Assert.False(await Update(9, status: 6, suspects: null, version: 2));
        await Ask("UpdateIAmAlivetimeKey", [.. Member(1), ("IAmAliveTime", Start.AddMinutes(5))]);

        var row = Assert.Single(await Ask("MembershipReadRowKey", Member(1)));
        Assert.Equal(
            ("127.0.0.1", 11111, 1, "silo", "host", 3, 30000, "127.0.0.1:11111@2,2030-01-01 00:00:00.000 GMT", 2),
            ((string)row["Address"], (int)row["Port"], (int)row["Generation"], (string)row["SiloName"], (string)row["HostName"],
                (int)row["Status"], (int)row["ProxyPort"], (string)row["SuspectTimes"], (int)row["Version"]));
        Assert.Equal((Start, Start.AddMinutes(5)), ((DateTime)row["StartTime"], (DateTime)row["IAmAliveTime"]));
        var stranger = Assert.Single(await Ask("MembershipReadRowKey", Member(9)));
        Assert.Equal((DBNull.Value, 2), (stranger["StartTime"], (int)stranger["Version"]));
    }

    [Fact]
    public async Task Gateways_are_the_active_ones_and_the_defunct_are_swept()
    {
        await Truth("InsertMembershipVersionKey", ("DeploymentId", Cluster));
        await Join(1, version: 0);
        await Join(2, version: 1);
        await Update(1, status: 3, suspects: null, version: 2);
        await Update(2, status: 6, suspects: null, version: 3);
        var gateway = Assert.Single(await Ask("GatewaysQueryKey", ("DeploymentId", Cluster), ("Status", 3)));
        Assert.Equal(("127.0.0.1", 30000, 1), ((string)gateway["Address"], (int)gateway["ProxyPort"], (int)gateway["Generation"]));

        await Ask("CleanupDefunctSiloEntriesKey", ("DeploymentId", Cluster), ("IAmAliveTime", Start.AddHours(1)));
        Assert.Equal([1], (await Ask("MembershipReadAllKey", ("DeploymentId", Cluster))).Select(row => (int)row["Generation"]));
        await Ask("DeleteMembershipTableEntriesKey", ("DeploymentId", Cluster));
        Assert.Empty(await Ask("MembershipReadAllKey", ("DeploymentId", Cluster)));
    }

    [Theory]
    [InlineData("van-1", 0L, 0L)]
    [InlineData(null, 0L, 0xcafeL)]
    [InlineData(null, -5L, 7L)]
    public async Task A_state_is_written_read_cleared_and_deleted_with_its_version(string? text, long high, long low)
    {
        (string, object?)[] key =
        [
            ("GrainIdHash", 17), ("GrainIdN0", high), ("GrainIdN1", low), ("GrainTypeHash", 18), ("GrainTypeString", "host"),
            ("GrainIdExtensionString", text), ("ServiceId", Cluster),
        ];
        byte[] body = [123, 125];
        Assert.Empty(await Ask("ReadFromStorageKey", key));
        Assert.Equal(1, await Version("WriteToStorageKey", [.. key, ("GrainStateVersion", null), ("PayloadBinary", body)]));
        Assert.Null(await Version("WriteToStorageKey", [.. key, ("GrainStateVersion", null), ("PayloadBinary", body)]));
        Assert.Null(await Version("WriteToStorageKey", [.. key, ("GrainStateVersion", 9), ("PayloadBinary", body)]));
        Assert.Equal(2, await Version("WriteToStorageKey", [.. key, ("GrainStateVersion", 1), ("PayloadBinary", body)]));
        var read = Assert.Single(await Ask("ReadFromStorageKey", key));
        Assert.Equal(("7B7D", 2), (Convert.ToHexString((byte[])read["PayloadBinary"]), (int)read["Version"]));

        Assert.Null(await Version("ClearStorageKey", [.. key, ("GrainStateVersion", 1)]));
        Assert.Equal(3, await Version("ClearStorageKey", [.. key, ("GrainStateVersion", 2)]));
        read = Assert.Single(await Ask("ReadFromStorageKey", key));
        Assert.Equal((DBNull.Value, 3), (read["PayloadBinary"], (int)read["Version"]));
        Assert.Equal(4, await Version("WriteToStorageKey", [.. key, ("GrainStateVersion", 3), ("PayloadBinary", body)]));
        Assert.Null(await Version("DeleteStorageKey", [.. key, ("GrainStateVersion", 3)]));
        Assert.Equal(5, await Version("DeleteStorageKey", [.. key, ("GrainStateVersion", 4)]));
        Assert.Empty(await Ask("ReadFromStorageKey", key));
    }

    [Fact]
    public async Task Of_two_first_writes_at_once_one_gets_a_version()
    {
        (string, object?)[] write =
        [
            ("GrainIdHash", 17), ("GrainIdN0", 0L), ("GrainIdN1", 0L), ("GrainTypeHash", 18), ("GrainTypeString", "host"),
            ("GrainIdExtensionString", "a"), ("ServiceId", Cluster), ("GrainStateVersion", null), ("PayloadBinary", new byte[] { 1 }),
        ];
        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Version("WriteToStorageKey", write)));
        Assert.Equal([1], versions.OfType<int>());
    }

    [Fact]
    public async Task Reminders_are_kept_by_grain_and_found_by_their_place_on_the_ring()
    {
        Assert.Equal(0, await Remind("host/a", "wake", hash: -7, period: 60_000));
        Assert.Equal(1, await Remind("host/a", "wake", hash: -7, period: 5_000_000_000L));
        Assert.Equal(0, await Remind("host/b", "wake", hash: 7, period: 60_000));

        var one = Assert.Single(await Ask("ReadReminderRowKey", [.. Reminder("host/a", "wake")]));
        Assert.Equal(("host/a", "wake", Start, 5_000_000_000L, 1), ((string)one["GrainId"], (string)one["ReminderName"],
            (DateTime)one["StartTime"], (long)one["Period"], (int)one["Version"]));
        Assert.Single(await Ask("ReadReminderRowsKey", ("ServiceId", Cluster), ("GrainId", "host/b")));
        Assert.Equal(["host/b"], await Range("ReadRangeRows1Key", 0, 7));
        Assert.Equal(["host/a"], await Range("ReadRangeRows2Key", 7, -7));
        Assert.Equal(["host/a", "host/b"], await Range("ReadRangeRows2Key", 0, 0));

        Assert.False(await Truth("DeleteReminderRowKey", [.. Reminder("host/a", "wake"), ("Version", 0)]));
        Assert.True(await Truth("DeleteReminderRowKey", [.. Reminder("host/a", "wake"), ("Version", 1)]));
        await Ask("DeleteReminderRowsKey", ("ServiceId", Cluster));
        Assert.Empty(await Range("ReadRangeRows2Key", 0, 0));
    }

    private static (string, object?)[] Member(int generation) =>
        [("DeploymentId", Cluster), ("Address", "127.0.0.1"), ("Port", 11111), ("Generation", generation)];

    private static (string, object?)[] Reminder(string grain, string name) =>
        [("ServiceId", Cluster), ("GrainId", grain), ("ReminderName", name)];

    private Task<bool> Join(int generation, int version) => Truth(
        "InsertMembershipKey",
        [
            .. Member(generation), ("IAmAliveTime", Start), ("SiloName", "silo"), ("HostName", "host"), ("StartTime", Start), ("Status", 2),
            ("ProxyPort", 30000), ("Version", version),
        ]);

    private Task<bool> Update(int generation, int status, string? suspects, int version) => Truth(
        "UpdateMembershipKey",
        [.. Member(generation), ("IAmAliveTime", Start), ("Status", status), ("SuspectTimes", suspects), ("Version", version)]);

    private async Task<int> Remind(string grain, string name, int hash, object period)
    {
        var row = Assert.Single(await Ask(
            "UpsertReminderRowKey", [("GrainHash", hash), .. Reminder(grain, name), ("StartTime", Start), ("Period", period)]));
        return (int)row["Version"];
    }

    private async Task<IEnumerable<string>> Range(string query, int begin, int end) =>
        (await Ask(query, ("ServiceId", Cluster), ("BeginHash", begin), ("EndHash", end))).Select(row => (string)row["GrainId"]).Order();

    /// <summary>As GetSingleBooleanValue does: one row of one column.</summary>
    private async Task<bool> Truth(string query, params (string, object?)[] parameters) =>
        Convert.ToBoolean(Assert.Single(Assert.Single(await Ask(query, parameters)).Values), null);

    /// <summary>The new version; null when the provider would see a conflict.</summary>
    private async Task<int?> Version(string query, params (string, object?)[] parameters) =>
        (await Ask(query, parameters)).SingleOrDefault()?["NewGrainStateVersion"] as int?;

    private async Task<List<Dictionary<string, object>>> Ask(string query, params (string Name, object? Value)[] parameters)
    {
        await using var lookup = _database.CreateCommand("SELECT QueryKey, QueryText FROM OrleansQuery WHERE QueryKey = $1");
        lookup.Parameters.Add(new NpgsqlParameter { Value = query });
        await using var found = await lookup.ExecuteReaderAsync();
        Assert.True(await found.ReadAsync());
        await using var command = _database.CreateCommand(found.GetString(found.GetOrdinal("QueryText")));
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(
                new NpgsqlParameter { ParameterName = name, Value = value ?? DBNull.Value, DbType = TypeOf(name, value) });
        }

        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<Dictionary<string, object>>();
        while (await reader.ReadAsync())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount)
                .ToDictionary(reader.GetName, reader.GetValue, StringComparer.OrdinalIgnoreCase));
        }

        return rows;
    }

    /// <summary>The types that the providers set, also for a parameter without a value.</summary>
    private static DbType TypeOf(string name, object? value) => value switch
    {
        int => DbType.Int32,
        long => DbType.Int64,
        DateTime => DbType.DateTime,
        byte[] => DbType.Binary,
        null when name == "GrainStateVersion" => DbType.Int32,
        _ => DbType.String,
    };
}
