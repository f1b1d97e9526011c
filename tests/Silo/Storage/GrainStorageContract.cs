using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Silo.Tests.Storage;

/// <summary>What grains rely on, whatever the store.</summary>
public abstract class GrainStorageContract
{
    [Fact]
    public async Task What_was_written_is_read_again_also_after_a_restart()
    {
        var text = "x'; DROP TABLE grain_state; -- \u0000 \ud83d\ude90";
        await using (var store = await Open())
        {
            await Write(store, "a", new GrainState<Sample>(new Sample(7, text)));
        }

        await using var again = await Open();
        var read = await Read(again, "a");
        Assert.Equal((new Sample(7, text), "1", true), (read.State, read.ETag, read.RecordExists));
        Assert.False((await Read(again, "b")).RecordExists);
    }

    [Fact]
    public async Task A_stale_etag_is_refused_and_nothing_is_written()
    {
        await using var store = await Open();
        var first = new GrainState<Sample>(new Sample(1, ""));
        await Write(store, "a", first);
        var other = await Read(store, "a");
        other.State = new Sample(2, "");
        await Write(store, "a", other);

        first.State = new Sample(3, "");
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(store, "a", first));
        await Assert.ThrowsAsync<InconsistentStateException>(() => store.Storage.ClearStateAsync("host", Id("a"), first));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(store, "a", new GrainState<Sample>(new Sample(4, ""))));
        Assert.Equal((2, "2"), ((await Read(store, "a")).State!.Number, (await Read(store, "a")).ETag));
    }

    [Fact]
    public async Task Of_two_that_write_a_new_state_at_once_one_is_refused()
    {
        await using var store = await Open();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            try
            {
                await Write(store, "a", new GrainState<Sample>(new Sample(number, "")));
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        }));
        Assert.Single(outcomes, written => written);
    }

    [Fact]
    public async Task A_cleared_state_is_gone_and_can_be_written_anew()
    {
        await using var store = await Open();
        var state = new GrainState<Sample>(new Sample(1, ""));
        await Write(store, "a", state);
        await store.Storage.ClearStateAsync("host", Id("a"), state);
        Assert.Null(state.ETag);
        Assert.False((await Read(store, "a")).RecordExists);
        await Write(store, "a", state);
        Assert.True((await Read(store, "a")).RecordExists);
    }

    [Fact]
    public async Task States_of_one_key_with_different_names_are_different()
    {
        await using var store = await Open();
        await Write(store, "a", new GrainState<Sample>(new Sample(1, "")));
        var other = new GrainState<Sample>();
        await store.Storage.ReadStateAsync("policy", Id("a"), other);
        Assert.False(other.RecordExists);
    }

    [Fact]
    public async Task Writes_that_wait_share_a_commit()
    {
        await using var store = await Open();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Write(store, $"h{i}", new GrainState<Sample>(new Sample(i, "")))));
        Assert.InRange(store.Commits(), 1, 250);
        Assert.Equal(499, (await Read(store, "h499")).State!.Number);
    }

    protected static GrainId Id(string key) => GrainId.Create("host", key);

    protected static Task Write(OpenStore store, string key, GrainState<Sample> state) =>
        store.Storage.WriteStateAsync("host", Id(key), state);

    protected static async Task<GrainState<Sample>> Read(OpenStore store, string key)
    {
        var state = new GrainState<Sample>();
        await store.Storage.ReadStateAsync("host", Id(key), state);
        return state;
    }

    /// <summary>Opens the test's store, the same one each time.</summary>
    protected abstract Task<OpenStore> Open();

    public sealed record Sample(int Number, string Text);

    /// <summary>A store that is closed by disposing of it.</summary>
    /// <param name="Storage">The store.</param>
    /// <param name="Commits">Transactions so far.</param>
    public sealed record OpenStore(IGrainStorage Storage, Func<long> Commits) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ((IAsyncDisposable)Storage).DisposeAsync();
    }
}
