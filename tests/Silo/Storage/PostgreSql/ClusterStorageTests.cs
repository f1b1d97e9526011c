using System.Globalization;
using System.Text;
using Dapper;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage;
using Multipath.Silo.Storage.PostgreSql;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Tests.Storage.PostgreSql;

/// <summary>The storage of a cluster when the provider below it loses the answer to a write, before or after it was stored.</summary>
public sealed class ClusterStorageTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Cluster = "vans";
    private static readonly GrainId Van = GrainId.Create("host", "van-1");
    private NpgsqlConnectionStringBuilder _settings = null!;
    private NpgsqlDataSource _database = null!;
    private Provider _provider = null!;
    private ClusterStorage _storage = null!;

    public async ValueTask InitializeAsync()
    {
        _settings = PostgresDatabase.Parse(await postgres.Database());
        _database = PostgresDatabase.Source(_settings);
        await new SchemaMigrator(_database, _settings).Migrate([SchemaSet.Orleans], default);
        _provider = new Provider(_database);
        _storage = new ClusterStorage(_provider, new ClusterRows(_database, Cluster), _settings);
    }

    public async ValueTask DisposeAsync() => await (_database?.DisposeAsync() ?? default);

    [Theory]
    [InlineData("7", "007")]
    [InlineData("cafe", "CAFE")]
    [InlineData("00112233445566770102030405060708", "00112233-4455-6677-0102-030405060708")]
    public async Task Every_key_is_text_to_the_provider_and_names_that_read_as_one_number_are_two(string one, string other)
    {
        await _storage.WriteStateAsync("host", GrainId.Create("host", one), new GrainState<Text>(new Text("one")));
        await _storage.WriteStateAsync("host", GrainId.Create("host", other), new GrainState<Text>(new Text("other")));
        Assert.Equal(["/" + one, "/" + other], _provider.Keys);
    }

    [Fact]
    public async Task A_write_that_was_stored_though_its_answer_was_lost_is_stored()
    {
        var state = new GrainState<Text>(new Text("a"));
        _provider.After = Lose;
        await _storage.WriteStateAsync("host", Van, state);
        Assert.Equal(("1", true), (state.ETag, state.RecordExists));
        state.State = new Text("b");
        await _storage.WriteStateAsync("host", Van, state);
        Assert.Equal("2", state.ETag);
        _provider.After = null;
        await _storage.WriteStateAsync("host", Van, state);
        Assert.Equal("3", state.ETag);
    }

    [Fact]
    public async Task A_write_that_was_lost_on_its_way_is_not_stored_and_can_be_made_again()
    {
        var state = new GrainState<Text>(new Text("a"));
        _provider.Before = _ => Lose();
        var error = await Assert.ThrowsAsync<StoreException>(() => _storage.WriteStateAsync("host", Van, state));
        Assert.EndsWith(" Nothing was stored.", error.Message, StringComparison.Ordinal);
        Assert.Equal((false, null, null), (error.IsDoubtful, error.InnerException, state.ETag));
        _provider.Before = null;
        await _storage.WriteStateAsync("host", Van, state);
        Assert.Equal("1", state.ETag);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_that_is_still_under_way_on_the_lost_connection_is_waited_for(bool committed)
    {
        var state = new GrainState<Text>(new Text("a"));
        await using var lost = await _database.OpenConnectionAsync();
        await using var transaction = await lost.BeginTransactionAsync();
        _provider.Before = async write =>
        {
            await write(lost);
            await Lose();
        };
        var writing = _storage.WriteStateAsync("host", Van, state);
        await Eventually.HoldsAsync("the write is waited for", async () => await PostgresFixture.Ask<long>(
            _settings.ConnectionString, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == 1);
        if (committed)
        {
            await transaction.CommitAsync();
            await writing;
            Assert.Equal("1", state.ETag);
        }
        else
        {
            await transaction.RollbackAsync();
            await Assert.ThrowsAsync<StoreException>(() => writing);
            Assert.Null(state.ETag);
        }
    }

    [Fact]
    public async Task A_row_that_another_activation_wrote_meanwhile_is_a_conflict()
    {
        var state = new GrainState<Text>(new Text("a"));
        _provider.Before = async write =>
        {
            await using var connection = await _database.OpenConnectionAsync();
            await write(connection);
            state.State = new Text("b");
            await Lose();
        };
        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.WriteStateAsync("host", Van, state));
        Assert.Null(state.ETag);
    }

    [Fact]
    public async Task When_the_database_is_gone_it_is_not_known_what_became_of_the_write()
    {
        var nowhere = new NpgsqlConnectionStringBuilder(_settings.ConnectionString) { Host = "127.0.0.1", Port = FreePorts.Take(1)[0] };
        await using var gone = PostgresDatabase.Source(nowhere);
        var storage = new ClusterStorage(_provider, new ClusterRows(gone, Cluster), _settings);
        _provider.After = Lose;
        var error = await Assert.ThrowsAsync<StoreException>(
            () => storage.WriteStateAsync("host", Van, new GrainState<Text>(new Text("a"))));
        Assert.Contains(" It is not known whether the last change was stored;", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsDoubtful);
    }

    [Fact]
    public async Task What_the_server_refuses_or_what_never_reached_it_is_certainly_not_stored()
    {
        await using var nowhere = PostgresDatabase.Source(
            new NpgsqlConnectionStringBuilder(_settings.ConnectionString) { Host = "127.0.0.1", Port = FreePorts.Take(1)[0] });
        await PostgresFixture.Execute(
            _settings.ConnectionString, "ALTER TABLE orleansstorage ADD CONSTRAINT broken CHECK (statename <> 'policy')");
        foreach (var (provider, name) in new[] { (new Provider(nowhere), "host"), (_provider, "policy") })
        {
            var storage = new ClusterStorage(provider, new ClusterRows(nowhere, Cluster), _settings);
            var error = await Assert.ThrowsAsync<StoreException>(
                () => storage.WriteStateAsync(name, Van, new GrainState<Text>(new Text("a"))));
            Assert.EndsWith(" Nothing was stored.", error.Message, StringComparison.Ordinal);
            Assert.False(error.IsDoubtful);
        }
    }

    private static Task Lose() => throw new NpgsqlException("Exception while reading from stream", new IOException("Connection reset"));

    private sealed record Text(string Value);

    /// <summary>Asks as the provider of Orleans does.</summary>
    private sealed class Provider(NpgsqlDataSource database) : IGrainStorage
    {
        /// <summary>In the place of the write, which it may make on a connection of its own.</summary>
        public Func<Func<NpgsqlConnection, Task>, Task>? Before { get; set; }

        public Func<Task>? After { get; set; }

        public List<string> Keys { get; } = [];

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

        public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            Keys.Add(grainId.Key.ToString()!);
            var (version, body) = (grainState.ETag, Encoding.UTF8.GetBytes(StateCodec.Write(grainState.State!)));
            Task<int?> Write(NpgsqlConnection on) => on.QuerySingleOrDefaultAsync<int?>(
                OrleansQueries.All["WriteToStorageKey"],
                new
                {
                    ServiceId = Cluster,
                    GrainTypeString = stateName,
                    GrainIdExtensionString = grainId.Key.ToString(),
                    GrainIdN0 = 0L,
                    GrainIdN1 = 0L,
                    GrainStateVersion = version is null ? (int?)null : int.Parse(version, CultureInfo.InvariantCulture),
                    PayloadBinary = body,
                });
            if (Before is not null)
            {
                await Before(Write);
                return;
            }

            await using var connection = await database.OpenConnectionAsync();
            var written = await Write(connection);
            await (After?.Invoke() ?? Task.CompletedTask);
            grainState.ETag = written?.ToString(CultureInfo.InvariantCulture);
            grainState.RecordExists = true;
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
    }
}
