using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Multipath.OrleansContract.Tests;

[Alias("contract.ILifeGrain")]
internal interface ILifeGrain : IGrainWithStringKey
{
    Task Touch();

    Task HoldAndRetire(string gate);

    [AlwaysInterleave]
    Task Retire();
}

internal sealed class LifeGrain(Probe probe) : Grain, ILifeGrain
{
    public Task Touch()
    {
        probe.Report("life", "touched");
        return Task.CompletedTask;
    }

    public async Task HoldAndRetire(string gate)
    {
        DeactivateOnIdle();
        probe.Report("life", "holds");
        await probe.WaitAtAsync(gate);
        probe.Report("life", "held");
    }

    public Task Retire()
    {
        this.DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        probe.Report("life", "activated");
        if (this.GetPrimaryKeyString() == "fails" && probe.TakeFault())
        {
            throw new FormatException("no activation");
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await Task.Yield();
        probe.Report("life", $"deactivated {reason.ReasonCode}");
    }
}

[Alias("contract.ITimerGrain")]
internal interface ITimerGrain : IGrainWithStringKey
{
    Task Start(bool interleave, TimeSpan period);

    Task Change(TimeSpan dueTime, TimeSpan period);

    Task Stop();

    Task Hold(string gate);

    Task Retire();
}

internal sealed class TimerGrain(Probe probe) : Grain, ITimerGrain
{
    private IGrainTimer? _timer;
    private TaskScheduler? _scheduler;
    private int _ticks;

    public Task Start(bool interleave, TimeSpan period)
    {
        _scheduler = TaskScheduler.Current;
        _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(TimeSpan.Zero, period) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task Change(TimeSpan dueTime, TimeSpan period)
    {
        _timer!.Change(dueTime, period);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public async Task Hold(string gate)
    {
        probe.Report("tick", $"in {gate}");
        await probe.WaitAtAsync(gate);
        probe.Report("tick", $"out {gate}");
    }

    public Task Retire()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Report("tick", "deactivated");
        return Task.CompletedTask;
    }

    private async Task Tick(CancellationToken cancellationToken)
    {
        string place = TaskScheduler.Current == _scheduler ? "" : " elsewhere";
        probe.Report("tick", $"tick {++_ticks}{place}");
        if (this.GetPrimaryKeyString() == "fails")
        {
            throw new FormatException("a tick fails");
        }

        await Task.Yield();
    }
}

[Alias("contract.IReminderGrain")]
internal interface IReminderGrain : IGrainWithStringKey
{
    Task Register(TimeSpan dueTime, TimeSpan period);

    Task<bool> IsRegistered();

    Task Unregister();

    Task Retire();
}

internal sealed class ReminderGrain(Probe probe) : Grain, IReminderGrain, IRemindable
{
    private const string Name = "wake";

    public Task Register(TimeSpan dueTime, TimeSpan period) => this.RegisterOrUpdateReminder(Name, dueTime, period);

    public async Task<bool> IsRegistered() => await this.GetReminder(Name) is not null;

    public async Task Unregister() => await this.UnregisterReminder((await this.GetReminder(Name))!);

    public Task Retire()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        probe.Report("reminder", $"{reminderName} every {status.Period}");
        return Task.CompletedTask;
    }
}

[Alias("contract.INewsObserver")]
internal interface INewsObserver : IGrainObserver
{
    void Tell(string news);

    Task Confirm(string news);
}

[Alias("contract.INewsGrain")]
internal interface INewsGrain : IGrainWithStringKey
{
    Task Subscribe(INewsObserver observer);

    Task Tell(string news);

    Task<int> Confirm(string news);
}

internal sealed class NewsGrain : Grain, INewsGrain
{
    private readonly global::Orleans.Utilities.ObserverManager<INewsObserver> _observers =
        new(TimeSpan.FromMinutes(5), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    public Task Subscribe(INewsObserver observer)
    {
        _observers.Subscribe(observer, observer);
        return Task.CompletedTask;
    }

    public Task Tell(string news)
    {
        _observers.Notify(observer => observer.Tell(news));
        return Task.CompletedTask;
    }

    public async Task<int> Confirm(string news)
    {
        await _observers.Notify(observer => observer.Confirm(news));
        return _observers.Count;
    }
}
