using Orleans;
using Orleans.Runtime;

namespace Multipath.Standalone.Orleans.Tests.SimulationGrains;

internal interface IRelayGrain : IGrainWithStringKey
{
    Task<string> Pass(int hops);

    Task Watch(TimeSpan period);

    Task Forget();

    Task LeaveTheSimulation();

    Task<TimeSpan> Wait(TimeSpan time);
}

internal sealed class Journal
{
    internal List<string> Lines { get; } = [];
}

internal sealed class Passed
{
    public int Count { get; set; }
}

/// <summary>Passes calls to its neighbours, counts them in a state, and has a timer.</summary>
internal sealed class RelayGrain(
    [PersistentState("passed", "store")] IPersistentState<Passed> passed, Journal journal, TimeProvider time) : Grain, IRelayGrain
{
    private IGrainTimer? _timer;

    public async Task<string> Pass(int hops)
    {
        passed.State.Count++;
        await passed.WriteStateAsync();
        journal.Lines.Add($"{this.GetPrimaryKeyString()} passes {hops}");
        int own = this.GetPrimaryKeyString()[0] - 'a';
        if (hops > 0)
        {
            await Task.WhenAll(Neighbour(own + 1).Pass(hops - 1), Neighbour(own + 3).Wait(TimeSpan.FromMilliseconds(hops)));
        }

        return $"{this.GetPrimaryKeyString()}{passed.State.Count}";
    }

    public Task Watch(TimeSpan period)
    {
        _timer = this.RegisterGrainTimer(() =>
        {
            journal.Lines.Add($"{this.GetPrimaryKeyString()} ticks");
            return Task.CompletedTask;
        }, new GrainTimerCreationOptions(period, period));
        return Task.CompletedTask;
    }

    public Task Forget()
    {
        _timer?.Dispose();
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task LeaveTheSimulation()
    {
        // The other thread may end only once this turn has given way: ended before the await, it would leave no trace.
        var givenWay = new ManualResetEventSlim();
        var away = Task.Run(givenWay.Wait);
        _ = Task.Factory.StartNew(givenWay.Set, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Current);
        await away;
    }

    public async Task<TimeSpan> Wait(TimeSpan period)
    {
        long start = time.GetTimestamp();
        await Task.Delay(period, time);
        return time.GetElapsedTime(start);
    }

    private IRelayGrain Neighbour(int index) => GrainFactory.GetGrain<IRelayGrain>(((char)('a' + (index % 26))).ToString());
}
