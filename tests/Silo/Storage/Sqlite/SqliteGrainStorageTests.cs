using Dapper;
using Multipath.Silo.Storage;
using Multipath.Silo.Storage.Sqlite;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Tests.Storage.Sqlite;

public sealed class SqliteGrainStorageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mpsilo-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_written_is_read_again_also_after_a_restart()
    {
        await using (var store = new SqliteGrainStorage(_folder))
        {
            await store.WriteStateAsync("host", Id("a"), new GrainState<Sample>(new Sample(7, "x'; DROP TABLE grain_state; --")));
        }

        await using var again = new SqliteGrainStorage(_folder);
        var read = await Read(again, "a");
        Assert.Equal((new Sample(7, "x'; DROP TABLE grain_state; --"), "1", true), (read.State, read.ETag, read.RecordExists));
        Assert.False((await Read(again, "b")).RecordExists);
    }

    [Fact]
    public async Task A_stale_etag_is_refused_and_nothing_is_written()
    {
        await using var store = new SqliteGrainStorage(_folder);
        var first = new GrainState<Sample>(new Sample(1, ""));
        await store.WriteStateAsync("host", Id("a"), first);
        var other = await Read(store, "a");
        other.State = new Sample(2, "");
        await store.WriteStateAsync("host", Id("a"), other);

        first.State = new Sample(3, "");
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.WriteStateAsync("host", Id("a"), first));
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.ClearStateAsync("host", Id("a"), first));
        await Assert.ThrowsAsync<InconsistentStateException>(() =>
            store.WriteStateAsync("host", Id("a"), new GrainState<Sample>(new Sample(4, ""))));
        Assert.Equal((2, "2"), ((await Read(store, "a")).State!.Number, (await Read(store, "a")).ETag));
    }

    [Fact]
    public async Task A_cleared_state_is_gone()
    {
        await using var store = new SqliteGrainStorage(_folder);
        var state = new GrainState<Sample>(new Sample(1, ""));
        await store.WriteStateAsync("host", Id("a"), state);
        await store.ClearStateAsync("host", Id("a"), state);
        Assert.Null(state.ETag);
        Assert.False((await Read(store, "a")).RecordExists);
    }

    [Fact]
    public async Task Writes_that_wait_share_a_commit()
    {
        await using var store = new SqliteGrainStorage(_folder);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i =>
            store.WriteStateAsync("host", Id($"h{i}"), new GrainState<Sample>(new Sample(i, "")))));
        Assert.InRange(store.Commits, 1, 250);
        Assert.Equal(499, (await Read(store, "h499")).State!.Number);
    }

    [Fact]
    public void An_older_schema_is_migrated_step_by_step_and_keeps_its_rows()
    {
        using (var old = SqliteDatabase.Open(_folder))
        {
            old.Execute("INSERT INTO grain_state VALUES ('host', 'a', 1, '{}')");
        }

        using var migrated = SqliteDatabase.Open(_folder,
            [.. Migrations.All, "ALTER TABLE grain_state ADD COLUMN note TEXT NOT NULL DEFAULT 'new'"]);
        Assert.Equal("new", migrated.ExecuteScalar<string>("SELECT note FROM grain_state WHERE key = 'a'"));
        Assert.Equal(Migrations.All.Count + 1, migrated.ExecuteScalar<int>("PRAGMA user_version"));
    }

    [Fact]
    public void A_step_that_fails_leaves_the_database_as_it_was()
    {
        SqliteDatabase.Open(_folder).Dispose();
        Assert.Throws<StoreException>(() =>
            SqliteDatabase.Open(_folder, [.. Migrations.All, "CREATE TABLE half (a); INSERT INTO nowhere VALUES (1)"]));
        using var again = SqliteDatabase.Open(_folder);
        Assert.Equal(0, again.ExecuteScalar<int>("SELECT count(*) FROM sqlite_master WHERE name = 'half'"));
    }

    [Fact]
    public void A_database_from_the_future_is_refused_with_the_reason()
    {
        using (var future = SqliteDatabase.Open(_folder))
        {
            future.Execute("PRAGMA user_version = 99");
        }

        var error = Assert.Throws<StoreException>(() => SqliteDatabase.Open(_folder));
        Assert.Contains("has schema 99, this program knows up to", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_with_the_reason()
    {
        File.WriteAllBytes(Path.Combine(_folder, SqliteDatabase.FileName), [.. Enumerable.Repeat((byte)'x', 8192)]);
        Assert.Contains("is not a database",
            Assert.Throws<StoreException>(() => SqliteDatabase.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_database_is_refused_with_the_reason()
    {
        using (var connection = SqliteDatabase.Open(_folder))
        {
            connection.Execute(
                "INSERT INTO grain_state SELECT 'host', value, 1, hex(randomblob(900)) FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12]')");
        }

        var file = Path.Combine(_folder, SqliteDatabase.FileName);
        var bytes = File.ReadAllBytes(file);
        bytes.AsSpan(4096).Fill(0xa5);
        File.WriteAllBytes(file, bytes);
        Assert.Contains("is damaged", Assert.Throws<StoreException>(() => SqliteDatabase.Open(_folder)).Message, StringComparison.Ordinal);
    }

    private static GrainId Id(string key) => GrainId.Create("host", key);

    private static async Task<GrainState<Sample>> Read(SqliteGrainStorage store, string key)
    {
        var state = new GrainState<Sample>();
        await store.ReadStateAsync("host", Id(key), state);
        return state;
    }

    private sealed record Sample(int Number, string Text);
}
