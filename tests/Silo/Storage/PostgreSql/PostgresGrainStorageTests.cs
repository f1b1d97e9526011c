using Multipath.Silo.Storage;
using Multipath.Silo.Storage.PostgreSql;
using Multipath.Silo.Tests.Support;
using Orleans;

namespace Multipath.Silo.Tests.Storage.PostgreSql;

public sealed class PostgresGrainStorageTests(PostgresFixture postgres) : GrainStorageContract
{
    private string? _database;

    [Fact]
    public async Task A_second_silo_is_told_who_has_the_database_and_gets_it_when_that_one_is_gone()
    {
        var database = await postgres.Database();
        await using var second = new PostgresGrainStorage(database, waitForFormerSilo: TimeSpan.Zero);
        await using (var first = new PostgresGrainStorage(database + ";Application Name=the first"))
        {
            await first.Open(default);
            var error = await Assert.ThrowsAsync<StoreException>(() => second.Open(default));
            Assert.Matches(@"^Another silo uses PostgreSQL database test_\d+ on .* \(the first, connected since ", error.Message);
            Assert.Contains("Another silo uses", await second.Check(default), StringComparison.Ordinal);
            Assert.Null(await first.Check(default));
        }

        await second.Open(default);
        Assert.Null(await second.Check(default));
    }

    [Fact]
    public async Task A_silo_that_lost_its_place_cannot_write_any_more_and_goes_on_when_the_place_is_free()
    {
        var database = await postgres.Database();
        await using var first = new PostgresGrainStorage(database, waitForFormerSilo: TimeSpan.Zero);
        await first.Open(default);
        var state = new GrainState<Sample>(new Sample(1, ""));
        await first.WriteStateAsync("host", Id("a"), state);
        await EndConnections(database);
        await using (var second = new PostgresGrainStorage(database, waitForFormerSilo: TimeSpan.Zero))
        {
            await second.Open(default);
            var error = await Assert.ThrowsAsync<StoreException>(() => first.WriteStateAsync("host", Id("a"), state));
            Assert.StartsWith("Another silo uses", error.Message, StringComparison.Ordinal);
        }

        await first.WriteStateAsync("host", Id("a"), state);
        Assert.Equal("2", state.ETag);
    }

    [Fact]
    public async Task One_change_that_the_database_refuses_does_not_take_the_others_with_it()
    {
        var database = await postgres.Database();
        await using var store = new PostgresGrainStorage(database);
        await store.Open(default);
        await PostgresFixture.Execute(database, "ALTER TABLE mp_grain_state ADD CHECK (key <> 'bad')");
        var writes = Enumerable.Range(0, 50)
            .Select(i => store.WriteStateAsync("host", Id(i == 25 ? "bad" : $"h{i}"), new GrainState<Sample>(new Sample(i, ""))))
            .ToArray();
        var error = await Assert.ThrowsAsync<StoreException>(() => writes[25]);
        Assert.Contains("violates check constraint", error.Message, StringComparison.Ordinal);
        await Task.WhenAll(writes.Where((_, i) => i != 25));
        Assert.Equal(49L, await PostgresFixture.Ask<long>(database, "SELECT count(*) FROM mp_grain_state"));
    }

    [Fact]
    public async Task Reads_and_writes_go_on_after_all_connections_broke()
    {
        var database = await postgres.Database();
        await using var store = new PostgresGrainStorage(database);
        await store.Open(default);
        var state = new GrainState<Sample>(new Sample(1, ""));
        await store.WriteStateAsync("host", Id("a"), state);
        await store.ReadStateAsync("host", Id("a"), state);
        await EndConnections(database);
        await store.ReadStateAsync("host", Id("a"), state);
        Assert.Equal((1, "1"), (state.State!.Number, state.ETag));
        await store.WriteStateAsync("host", Id("a"), state);
        Assert.Equal("2", state.ETag);
    }

    protected override async Task<OpenStore> Open()
    {
        var store = new PostgresGrainStorage(_database ??= await postgres.Database());
        await store.Open(TestContext.Current.CancellationToken);
        return new OpenStore(store, () => store.Commits);
    }

    private static Task EndConnections(string database) => PostgresFixture.Execute(
        database,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
}
