using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;

namespace Multipath.Silo.Storage.PostgreSql;

/// <summary>A statement that changes one row, or none when it finds its precondition broken.</summary>
internal sealed record RowChange(string Sql, params NpgsqlParameter[] Parameters)
{
    public NpgsqlBatchCommand ToCommand()
    {
        var command = new NpgsqlBatchCommand(Sql);
        foreach (var parameter in Parameters)
        {
            command.Parameters.Add(parameter.Clone());
        }

        return command;
    }
}

/// <summary>
/// The only writer of the database, on the connection of a <see cref="SiloLease"/>. Changes that wait while others are on their way share
/// the next transaction, so that the number of syncs and of round trips does not grow with the number of hosts.
/// </summary>
internal sealed class LeasedWriter : IAsyncDisposable
{
    /// <summary>Writers wait when this many changes are queued: more would only make each of them later.</summary>
    public const int QueueLimit = 4_096;

    /// <summary>Changes in one transaction at most, so that one batch does not hold the others up for long.</summary>
    public const int BatchLimit = 512;

    private readonly SiloLease _lease;
    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
    private readonly Task _loop;
    private long _commits;

    public LeasedWriter(SiloLease lease, NpgsqlConnectionStringBuilder settings)
    {
        (_lease, _settings) = (lease, settings);
        _loop = Task.Run(Loop);
    }

    /// <summary>Transactions so far.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Makes a change in the next transaction; the task completes when it is safe. False when it changed no row.</summary>
    /// <exception cref="StoreException">Nothing of it is stored, unless the message says that this is not known.</exception>
    public async Task<bool> Write(RowChange change)
    {
        var work = new Work(change, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        await _queue.Writer.WriteAsync(work);
        return await work.Done.Task;
    }

    /// <summary>Writes what is queued, then lets the lock go.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        await _lease.DisposeAsync();
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

            await Commit(batch);
            batch.Clear();
        }
    }

    private async Task Commit(List<Work> batch)
    {
        try
        {
            var results = await Run(batch);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Done.SetResult(results[i]);
            }
        }
        catch (Exception error) when (PostgresTrouble.IsOfStatement(error) && batch.Count > 1)
        {
            // One of them is at fault; the others shall not fail for it.
            foreach (var work in batch.ToArray())
            {
                await Commit([work]);
            }
        }
        catch (Exception error)
        {
            var trouble = error as StoreException ?? PostgresTrouble.Writing(_settings, error);
            batch.ForEach(work => work.Done.TrySetException(trouble));
            if (!PostgresTrouble.IsOfStatement(error))
            {
                await _lease.Drop();
            }
        }
    }

    /// <summary>A connection that broke unnoticed is made anew: nothing of the batch was committed on it.</summary>
    private async Task<bool[]> Run(List<Work> works)
    {
        var wasOpen = _lease.IsHeld;
        try
        {
            return await RunOnce(works);
        }
        catch (Exception error) when (wasOpen && PostgresTrouble.IsOfConnection(error))
        {
            await _lease.Drop();
            return await RunOnce(works);
        }
    }

    private async Task<bool[]> RunOnce(List<Work> works)
    {
        var connection = await _lease.Hold();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction);
        works.ForEach(work => batch.BatchCommands.Add(work.Change.ToCommand()));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT pg_current_xact_id_if_assigned()::text"));
        var id = await batch.ExecuteScalarAsync() as string;
        var changed = works.Select((_, i) => batch.BatchCommands[i].RecordsAffected == 1).ToArray();
        try
        {
            await transaction.CommitAsync();
        }
        catch (Exception error) when (PostgresTrouble.Is(error) && !PostgresTrouble.IsOfStatement(error))
        {
            await Resolve(id, error);
        }

        Interlocked.Increment(ref _commits);
        return changed;
    }

    /// <summary>The answer to a commit was lost on its way: the server still knows what became of the transaction.</summary>
    private async Task Resolve(string? id, Exception lost)
    {
        await _lease.Drop();
        string? fate;
        try
        {
            var connection = await _lease.Hold();
            await using var question = new NpgsqlCommand("SELECT pg_xact_status($1::xid8)", connection);
            question.Parameters.Add(new NpgsqlParameter { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            fate = await question.ExecuteScalarAsync() as string;
        }
        catch (Exception error) when (error is StoreException || PostgresTrouble.Is(error))
        {
            throw PostgresTrouble.Doubtful(_settings, lost);
        }

        if (id is not null && fate != "committed")
        {
            throw PostgresTrouble.Writing(_settings, lost);
        }
    }

    private readonly record struct Work(RowChange Change, TaskCompletionSource<bool> Done);
}
