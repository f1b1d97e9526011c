using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Multipath.Silo.Storage.Sqlite;

/// <summary>
/// The only writer of the database. Writes that wait while another one syncs to the disk share the next transaction, so that the number of
/// syncs does not grow with the number of hosts.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    /// <summary>Writers wait when this many writes are queued: more would only make each of them later.</summary>
    public const int QueueLimit = 4_096;

    /// <summary>Writes in one transaction at most, so that one batch does not hold the others up for long.</summary>
    public const int BatchLimit = 512;

    private readonly SqliteConnection _connection;
    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
    private readonly Task _loop;
    private long _commits;

    public GroupCommit(SqliteConnection connection)
    {
        _connection = connection;
        _loop = Task.Run(Loop);
    }

    /// <summary>Transactions so far.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>
    /// Runs <paramref name="write"/> in the next transaction; the task completes when it is on the disk. False from it means that it found
    /// its precondition broken and wrote nothing.
    /// </summary>
    /// <exception cref="StoreException">The batch could not be written, nothing of it is stored.</exception>
    public async Task<bool> Write(Func<SqliteConnection, SqliteTransaction, bool> write)
    {
        var work = new Work(write, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        await _queue.Writer.WriteAsync(work);
        return await work.Done.Task;
    }

    /// <summary>Writes what is queued, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task Loop()
    {
        var batch = new List<Work>(BatchLimit);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < BatchLimit && _queue.Reader.TryRead(out var work))
            {
                batch.Add(work);
            }

            Commit(batch);
            batch.Clear();
        }
    }

    private void Commit(List<Work> batch)
    {
        try
        {
            using var transaction = _connection.BeginTransaction();
            var results = batch.ConvertAll(work => work.Write(_connection, transaction));
            transaction.Commit();
            Interlocked.Increment(ref _commits);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Done.SetResult(results[i]);
            }
        }
        catch (Exception error) when (error is SqliteException or InvalidOperationException)
        {
            var trouble = SqliteTrouble.Writing(_connection.DataSource, error);
            batch.ForEach(work => work.Done.TrySetException(trouble));
        }
    }

    private readonly record struct Work(Func<SqliteConnection, SqliteTransaction, bool> Write, TaskCompletionSource<bool> Done);
}
