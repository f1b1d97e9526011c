using System.Collections.Immutable;
using Multipath.Standalone.Orleans.Proxies;
using Multipath.Standalone.Orleans.Scheduling;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Calls;

/// <summary>
/// One call of one method. The emitted class of the method adds the arguments. It is its own queue node and its own answer:
/// a call costs this object and the caller's task.
/// </summary>
internal abstract class Call : Turn
{
    private int _answered;

    internal MethodShape Method { get; private set; } = null!;

    /// <summary>The caller's <see cref="RequestContext"/>.</summary>
    internal ImmutableDictionary<string, object>? Context { get; private set; }

    /// <summary>When it was sent, in ticks of the clock.</summary>
    internal long SentAt { get; private set; }

    internal long Deadline => SentAt + Method.TimeoutTicks;

    internal CallTarget Target { get; set; } = null!;

    /// <summary>Neighbours among the unanswered calls of the target; guarded by <see cref="PendingCalls"/>.</summary>
    internal Call? PendingNext { get; set; }

    internal Call? PendingPrevious { get; set; }

    internal bool IsPending { get; set; }

    /// <summary>It counts against the limit of the target; guarded by <see cref="PendingCalls"/>.</summary>
    internal bool IsCounted { get; set; }

    internal bool IsOneWay => Method.IsOneWay;

    internal bool IsAnswered => Volatile.Read(ref _answered) != 0;

    /// <summary>What the target failed with, for the activation to judge; set before the call ends.</summary>
    internal Exception? Failure { get; private set; }

    internal void Prepare(MethodShape method, TimeProvider clock)
    {
        Method = method;
        Context = RequestContext.Current;
        SentAt = clock.GetTimestamp();
    }

    /// <summary>Invokes the method in the current turn. True if it ended in it; otherwise the target hears of the end later.</summary>
    /// <param name="instance">The grain or observer.</param>
    internal bool Begin(object instance)
    {
        Task work;
        try
        {
            work = Invoke(instance) ?? throw new InvalidOperationException($"{Method} returned null instead of a task.");
        }
        catch (Exception failure) when (Caught(failure))
        {
            return true;
        }

        if (work.IsCompleted)
        {
            Settle(work);
            return true;
        }

        work.GetAwaiter().UnsafeOnCompleted(() =>
        {
            Settle(work);
            Target.Ended(this);
        });
        return false;
    }

    /// <summary>Answers with a failure, unless it is answered already.</summary>
    /// <param name="failure">What the caller gets.</param>
    internal bool TryFail(Exception failure)
    {
        if (!TryClaimAnswer())
        {
            return false;
        }

        if (!IsOneWay)
        {
            AnswerFailure(failure);
        }

        return true;
    }

    internal sealed override string Describe() => Method.ToString();

    internal sealed override void Run() => Target.Take(this);

    /// <summary>Calls the method on the instance; a value task is made a task.</summary>
    /// <param name="instance">The grain or observer.</param>
    public abstract Task Invoke(object instance);

    /// <summary>Answers with the result of a task that ran to its end.</summary>
    protected abstract void AnswerResult(Task work);

    protected abstract void AnswerFailure(Exception failure);

    private bool TryClaimAnswer() => Interlocked.Exchange(ref _answered, 1) == 0;

    private void Settle(Task work)
    {
        if (!work.IsCompletedSuccessfully)
        {
            Failure = work.Exception?.InnerException ?? new TaskCanceledException(work);
            TryFail(Failure);
        }
        else if (TryClaimAnswer() && !IsOneWay)
        {
            AnswerResult(work);
        }
    }

    private bool Caught(Exception failure)
    {
        Failure = failure;
        TryFail(failure);
        return true;
    }
}
