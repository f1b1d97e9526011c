namespace Multipath.Standalone.Orleans.Scheduling;

/// <summary>
/// The turns of one activation, one at a time. It is the task scheduler that its turns see as current, so that an await
/// in a turn resumes as a later turn of the same activation.
/// </summary>
internal sealed class TurnQueue(TurnExecutor executor, Func<string> name) : TaskScheduler, IThreadPoolWorkItem
{
    private readonly TurnList _turns = new();
    private int _scheduled;

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    internal string Name => name();

    internal void Enqueue(Turn turn)
    {
        // The list's exchange of its tail is the fence between publishing the turn and reading the flag.
        _turns.Enqueue(turn);
        if (Volatile.Read(ref _scheduled) == 0 && Interlocked.Exchange(ref _scheduled, 1) == 0)
        {
            executor.Schedule(this);
        }
    }

    internal void Enqueue(string turnName, Action action) => Enqueue(new ActionTurn(turnName, action));

    /// <summary>One visit: some turns inside one task of this scheduler.</summary>
    void IThreadPoolWorkItem.Execute() => Visit();

    internal void Visit()
    {
        var visit = new Task(static queue => ((TurnQueue)queue!).RunTurns(), this, TaskCreationOptions.DenyChildAttach);
        visit.RunSynchronously(this);
        visit.GetAwaiter().GetResult();
        if (_turns.IsEmpty)
        {
            Interlocked.Exchange(ref _scheduled, 0);
            if (_turns.IsEmpty || Interlocked.Exchange(ref _scheduled, 1) != 0)
            {
                return;
            }
        }

        executor.Schedule(this);
    }

    protected override void QueueTask(Task task) => Enqueue(new TaskTurn(this, task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
    {
        bool isVisit = ReferenceEquals(task.AsyncState, this);
        return (isVisit || (!taskWasPreviouslyQueued && ReferenceEquals(Current, this))) && TryExecuteTask(task);
    }

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void RunTurns()
    {
        for (int left = executor.TurnsPerVisit; left > 0 && _turns.TryDequeue() is { } turn; left--)
        {
            executor.OnTurn(this, turn);
            turn.Run();
        }
    }

    private sealed class TaskTurn(TurnQueue queue, Task task) : Turn
    {
        internal override string Describe() => "continuation";

        internal override void Run() => queue.TryExecuteTask(task);
    }
}
