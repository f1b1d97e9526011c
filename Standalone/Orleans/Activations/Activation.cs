using Multipath.Standalone.Orleans.Calls;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Multipath.Standalone.Orleans.Activations;

/// <summary>
/// One activation of a grain: new, activating, active, deactivating, gone; never back. It activates when the first call comes.
/// All but <see cref="CallTarget.Receive"/> and <see cref="Deactivate"/> happens in its turns.
/// </summary>
internal sealed class Activation : CallTarget
{
    private readonly ActivationServices _services;
    private readonly GrainClass _class;
    private readonly ActivationContext _context;
    private volatile ActivationStage _stage = ActivationStage.New;
    private TaskCompletionSource? _drained;
    private (DeactivationReason Reason, CancellationToken Token)? _deactivation;
    private long _lastUsed;

    internal Activation(ActivationServices services, GrainClass grainClass, GrainId id, long number)
        : base(services.Calls, id, number, grainClass.IsReentrant)
    {
        _services = services;
        _class = grainClass;
        _context = new ActivationContext(this, services.Provider, () => services.References.Create(typeof(IGrain), id));
        _lastUsed = services.Calls.Clock.GetTimestamp();
    }

    internal Task Deactivated => _context.Deactivated;

    internal TimeProvider Clock => _services.Calls.Clock;

    internal override bool IsGone => _stage == ActivationStage.Gone;

    protected override Admission Admission => _stage switch
    {
        ActivationStage.Active => Admission.Open,
        ActivationStage.Gone => Admission.Closed,
        _ => Admission.Held,
    };

    protected override object? Instance => _context.GrainInstance;

    /// <summary>Any thread. The first reason counts.</summary>
    internal void Deactivate(DeactivationReason reason, CancellationToken cancellationToken)
        => Queue.Enqueue("deactivate", () => BeginDeactivation(reason, cancellationToken));

    /// <summary>Any thread. Deactivates if no call came for the age.</summary>
    internal void DeactivateIfIdle(TimeSpan age)
    {
        if (IsIdle(age))
        {
            Queue.Enqueue("collect", () =>
            {
                if (IsIdle(age) && Gate.Running == 0)
                {
                    BeginDeactivation(new DeactivationReason(DeactivationReasonCode.ActivationIdle, $"No call came for {age}."), default);
                }
            });
        }
    }

    internal void Touch() => Volatile.Write(ref _lastUsed, Clock.GetTimestamp());

    internal void ReportTimerFailure(Exception failure) => ActivationLog.TimerFailed(_services.Log, Id, failure);

    protected override void OnReceived(Call call)
    {
        if (call is not Timers.TimerTick { KeepsAlive: false })
        {
            Volatile.Write(ref _lastUsed, call.SentAt);
        }
    }

    protected override void OnHeld()
    {
        if (_stage == ActivationStage.New)
        {
            _stage = ActivationStage.Activating;
            RestoreCleanContext();
            _ = ActivateAsync();
        }
    }

    protected override void OnEnded(Call call)
    {
        if (call.Failure is InconsistentStateException { IsSourceActivation: true } stale)
        {
            stale.IsSourceActivation = false;
            var reason = new DeactivationReason(DeactivationReasonCode.ApplicationError, stale, "A state was changed by someone else.");
            BeginDeactivation(reason, default);
        }

        if (Gate.Running == 0)
        {
            _drained?.TrySetResult();
        }
    }

    protected override void Forward(Call call)
    {
        Pending.Remove(call);
        if (call is Timers.TimerTick)
        {
            return;
        }

        CallTarget? next = _services.Catalog.TryResolve(Id, out Exception? refusal);
        if (next is null)
        {
            call.TryFail(refusal!);
        }
        else
        {
            next.Receive(call);
        }
    }

    protected override void OnOneWayFailure(Call call, Exception failure)
        => ActivationLog.OneWayFailed(_services.Log, call.Describe(), Id, failure);

    private bool IsIdle(TimeSpan age)
        => _stage == ActivationStage.Active && Pending.Count == 0
            && Clock.GetElapsedTime(Volatile.Read(ref _lastUsed)) >= age;

    private async Task ActivateAsync()
    {
        try
        {
            IGrainBase instance = _context.Construct(_class);
            foreach (Storage.IActivationState state in _context.States)
            {
                await state.ReadStateAsync();
            }

            using var timeout = new CancellationTokenSource(_services.Collection.ActivationTimeout, Clock);
            await instance.OnActivateAsync(timeout.Token);
        }
        catch (Exception failure)
        {
            ActivationLog.ActivationFailed(_services.Log, Id, failure);
            while (Gate.TakeWaiting() is { } call)
            {
                Pending.Remove(call);
                call.TryFail(failure);
            }

            await GoAsync();
            return;
        }

        _stage = ActivationStage.Active;
        if (_deactivation is { } early)
        {
            _deactivation = null;
            BeginDeactivation(early.Reason, early.Token);
        }

        Admit();
    }

    private void BeginDeactivation(DeactivationReason reason, CancellationToken token)
    {
        switch (_stage)
        {
            case ActivationStage.New:
                _ = GoAsync();
                break;
            case ActivationStage.Activating:
                _deactivation ??= (reason, token);
                break;
            case ActivationStage.Active:
                _stage = ActivationStage.Deactivating;
                _ = DeactivateAsync(reason, token);
                break;
        }
    }

    private async Task DeactivateAsync(DeactivationReason reason, CancellationToken token)
    {
        _context.Timers.Dispose();
        TimeSpan patience = _services.Collection.DeactivationTimeout;
        if (Gate.Running > 0)
        {
            _drained = new TaskCompletionSource();
            await _drained.Task.WaitAsync(patience, Clock, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        }

        try
        {
            using var timeout = new CancellationTokenSource(patience, Clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, token);
            RestoreCleanContext();
            await ((IGrainBase)_context.GrainInstance!).OnDeactivateAsync(reason, either.Token);
        }
        catch (Exception failure)
        {
            ActivationLog.DeactivationFailed(_services.Log, Id, failure);
        }

        await GoAsync();
    }

    private async Task GoAsync()
    {
        _context.Timers.Dispose();
        try
        {
            if (_context.GrainInstance is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync();
            }
            else
            {
                (_context.GrainInstance as IDisposable)?.Dispose();
            }
        }
        catch (Exception failure)
        {
            ActivationLog.DeactivationFailed(_services.Log, Id, failure);
        }

        _stage = ActivationStage.Gone;
        _services.Catalog.Remove(this);
        while (Gate.TakeWaiting() is { } call)
        {
            Forward(call);
        }

        _context.Complete();
    }
}

/// <summary>Where an activation is in its life.</summary>
internal enum ActivationStage
{
    New,
    Activating,
    Active,
    Deactivating,
    Gone,
}
