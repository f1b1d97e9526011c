using Multipath.Standalone.Orleans.Scheduling;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Calls;

/// <summary>
/// Something that takes calls one turn at a time: an activation or an observer. The way of a call: <see cref="Receive"/> on the
/// caller's thread bounds and queues it; <see cref="Take"/> in a turn admits it or lets it wait; it begins; <see cref="Ended"/>
/// in a turn admits the next.
/// </summary>
internal abstract class CallTarget
{
    private static readonly ExecutionContext CleanContext = Capture();
    private readonly CallServices _services;
    private bool _admissionQueued;

    protected CallTarget(CallServices services, GrainId id, long number, bool reentrant)
    {
        _services = services;
        Id = id;
        Number = number;
        Gate = new CallGate(reentrant);
        Queue = new TurnQueue(services.Executor, () => Id.ToString());
    }

    internal GrainId Id { get; }

    /// <summary>Order of creation, for sweeps that must not depend on hash order.</summary>
    internal long Number { get; }

    internal TurnQueue Queue { get; }

    internal PendingCalls Pending { get; } = new();

    /// <summary>Whether new calls should look for another target.</summary>
    internal abstract bool IsGone { get; }

    protected CallGate Gate { get; }

    /// <summary>In a turn. What happens to a call now.</summary>
    protected abstract Admission Admission { get; }

    /// <summary>In a turn. What the call is invoked on; null if it is gone.</summary>
    protected abstract object? Instance { get; }

    /// <summary>Any thread.</summary>
    internal void Receive(Call call)
    {
        call.Target = this;
        if (!Pending.TryAdd(call, _services.Limit))
        {
            var overload = new LimitExceededException("MaxEnqueuedRequestsHardLimit", Pending.Count, _services.Limit, Id);
            call.TryFail(overload);
            if (call.IsOneWay)
            {
                OnOneWayFailure(call, overload);
            }

            return;
        }

        OnReceived(call);
        if (!call.IsOneWay)
        {
            _services.Timeouts.Watch(call.Deadline);
        }

        Queue.Enqueue(call);
    }

    /// <summary>In a turn.</summary>
    internal void Take(Call call)
    {
        switch (Admission)
        {
            case Admission.Closed:
                Forward(call);
                break;
            case Admission.Open when Gate.TryEnter(call):
                Execute(call);
                break;
            default:
                Gate.Wait(call);
                OnHeld();
                break;
        }
    }

    /// <summary>In a turn, after a call that did not end in the turn where it began.</summary>
    internal void Ended(Call call)
    {
        Gate.Leave(call);
        Pending.Remove(call);
        if (call.Failure is { } failure && call.IsOneWay)
        {
            OnOneWayFailure(call, failure);
        }

        OnEnded(call);
        Admit();
    }

    /// <summary>Any thread; a call was queued.</summary>
    protected virtual void OnReceived(Call call)
    {
    }

    /// <summary>In a turn; a call waits.</summary>
    protected virtual void OnHeld()
    {
    }

    /// <summary>In a turn; a call ended.</summary>
    protected virtual void OnEnded(Call call)
    {
    }

    /// <summary>In a turn; the call came to a closed target.</summary>
    protected abstract void Forward(Call call);

    protected abstract void OnOneWayFailure(Call call, Exception failure);

    /// <summary>Lets the next waiting call in, as a turn of its own.</summary>
    protected void Admit()
    {
        if (!_admissionQueued && Admission == Admission.Open && Gate.HasAdmissible)
        {
            _admissionQueued = true;
            Queue.Enqueue("admit", () =>
            {
                _admissionQueued = false;
                if (Admission == Admission.Open && Gate.EnterNext() is { } call)
                {
                    Execute(call);
                }

                Admit();
            });
        }
    }

    protected static void RestoreCleanContext() => ExecutionContext.Restore(CleanContext);

    private void Execute(Call call)
    {
        RestoreCleanContext();
        if (call.Context is { } context)
        {
            RequestContext.Current = context;
        }

        if (call.IsAnswered)
        {
            // It timed out while it waited: nobody would hear the answer.
            Ended(call);
        }
        else if (Instance is not { } instance)
        {
            call.TryFail(new ClientNotAvailableException(Id));
            Ended(call);
        }
        else if (call.Begin(instance))
        {
            Ended(call);
        }
    }

    private static ExecutionContext Capture()
    {
        ExecutionContext? captured = null;
        var thread = new Thread(() => captured = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return captured!;
    }
}

/// <summary>What a target does with a call that comes.</summary>
internal enum Admission
{
    /// <summary>The call may run if the gate lets it.</summary>
    Open,

    /// <summary>The call waits.</summary>
    Held,

    /// <summary>The call goes elsewhere.</summary>
    Closed,
}
