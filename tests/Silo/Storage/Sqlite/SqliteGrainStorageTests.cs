using Dapper;
using Multipath.Silo.Storage;
using Multipath.Silo.Storage.Sqlite;

namespace Multipath.Silo.Tests.Storage.Sqlite;

public sealed class SqliteGrainStorageTests : GrainStorageContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mpsilo-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_second_silo_on_a_folder_is_refused_until_the_first_is_gone()
    {
        await using (var first = new SqliteGrainStorage(_folder))
        {
            var error = Assert.Throws<StoreException>(() => new SqliteGrainStorage(_folder));
            Assert.StartsWith($"Another silo uses the data folder {_folder}.", error.Message, StringComparison.Ordinal);
            Assert.Null(await first.Check(TestContext.Current.CancellationToken));
        }

        await using var next = new SqliteGrainStorage(_folder);
        Assert.Null(await next.Check(TestContext.Current.CancellationToken));
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

    protected override Task<OpenStore> Open()
    {
        var store = new SqliteGrainStorage(_folder);
        return Task.FromResult(new OpenStore(store, () => store.Commits));
    }
}
