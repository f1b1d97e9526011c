using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Multipath.OrleansContract.Tests;

[Alias("contract.IEchoGrain")]
internal interface IEchoGrain : IGrainWithStringKey
{
    Task<string> Key();

    ValueTask<int> Add(int left, int right);

    ValueTask Nothing();

    Task<string> FailAt(string message);

    Task Cancel();

    Task<bool> ResumesInItsActivation();

    Task<string?> Flow(string key, bool change);

    Task<IEchoGrain> Self();

    Task<string> Through(IEchoGrain other);
}

internal sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public ValueTask<int> Add(int left, int right) => ValueTask.FromResult(left + right);

    public ValueTask Nothing() => ValueTask.CompletedTask;

    public async Task<string> FailAt(string message)
    {
        await Task.Yield();
        throw new FormatException(message);
    }

    public Task Cancel() => Task.FromCanceled(new CancellationToken(canceled: true));

    public async Task<bool> ResumesInItsActivation()
    {
        TaskScheduler before = TaskScheduler.Current;
        await Task.Yield();
        TaskScheduler afterYield = TaskScheduler.Current;
        await Task.Run(() => { });
        return before != TaskScheduler.Default && before == afterYield && before == TaskScheduler.Current;
    }

    public Task<string?> Flow(string key, bool change)
    {
        var value = (string?)RequestContext.Get(key);
        if (change)
        {
            RequestContext.Set(key, "changed");
        }

        return Task.FromResult(value);
    }

    public Task<IEchoGrain> Self() => Task.FromResult(this.AsReference<IEchoGrain>());

    public Task<string> Through(IEchoGrain other) => other.Key();
}

[Alias("contract.IGateGrain")]
internal interface IGateGrain : IGrainWithStringKey
{
    Task Hold(string gate);

    [AlwaysInterleave]
    Task Pass(string gate);

    [OneWay]
    Task Tell(string text);

    [OneWay]
    Task TellAndFail(string text);

    [ResponseTimeout("00:00:00.2")]
    Task HoldBriefly(string gate);

    [ResponseTimeout("00:00:00.2")]
    Task CallItself();

    [ResponseTimeout("00:00:00.2")]
    Task Inner();
}

internal sealed class GateGrain(Probe probe) : Grain, IGateGrain
{
    public async Task Hold(string gate)
    {
        probe.Report("gate", $"in {gate}");
        await probe.WaitAtAsync(gate);
        probe.Report("gate", $"out {gate}");
    }

    public Task Pass(string gate) => Hold(gate);

    public async Task Tell(string text)
    {
        await probe.WaitAtAsync("tell");
        probe.Report("tell", text);
    }

    public Task TellAndFail(string text)
    {
        probe.Report("tell", text);
        throw new FormatException("nobody hears this");
    }

    public Task HoldBriefly(string gate) => probe.WaitAtAsync(gate);

    public Task CallItself() => this.AsReference<IGateGrain>().Inner();

    public Task Inner() => Task.CompletedTask;
}

[Alias("contract.IReentrantGrain")]
internal interface IReentrantGrain : IGrainWithStringKey
{
    Task Hold(string gate);

    Task<int> CallItself(int depth);
}

[Reentrant]
internal sealed class ReentrantGrain(Probe probe) : Grain, IReentrantGrain
{
    public async Task Hold(string gate)
    {
        probe.Report("gate", $"in {gate}");
        await probe.WaitAtAsync(gate);
        probe.Report("gate", $"out {gate}");
    }

    public async Task<int> CallItself(int depth) => depth == 0 ? 0 : 1 + await this.AsReference<IReentrantGrain>().CallItself(depth - 1);
}
