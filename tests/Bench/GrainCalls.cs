using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;

namespace Multipath.Bench;

/// <summary>A grain that counts.</summary>
public interface ICounterGrain : IGrainWithStringKey
{
    /// <summary>Adds and returns the sum.</summary>
    /// <param name="value">What to add.</param>
    Task<long> Add(long value);
}

/// <summary>A grain that counts.</summary>
public sealed class CounterGrain : Grain, ICounterGrain
{
    private long _sum;

    /// <inheritdoc/>
    public Task<long> Add(long value) => Task.FromResult(_sum += value);
}

/// <summary>
/// Calls a second on a thousand grains, each call answered before its caller makes the next, and beside it the same work done by the
/// least that gives one turn at a time: a loop over a channel for each actor, and a task for each answer.
/// </summary>
public static class GrainCalls
{
    private const int Actors = 1000;
    private const int Callers = 2 * Actors;

    /// <summary>
    /// A number and not a time: where a turn runs on its caller's thread first, as in Orleans, a caller that never pauses keeps that thread
    /// from the others, and from the timer that would end the run.
    /// </summary>
    private const int CallsPerCaller = 250;

    private const int Runs = 5;

    /// <summary>Runs both in turn and prints medians and their ratio.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        using IHost host = builder.Build();
        await host.StartAsync();
        IGrainFactory grains = host.Services.GetRequiredService<IGrainFactory>();
        ICounterGrain[] counters = [.. Enumerable.Range(0, Actors).Select(i => grains.GetGrain<ICounterGrain>($"counter-{i}"))];
        ChannelActor[] actors = [.. Enumerable.Range(0, Actors).Select(_ => new ChannelActor())];
        await Task.WhenAll(counters.Select(counter => counter.Add(0)));

        var grainRates = new List<double>();
        var channelRates = new List<double>();
        for (int run = 0; run <= Runs; run++)
        {
            double channelRate = await MeasureAsync(i => actors[i].Add(1));
            double grainRate = await MeasureAsync(i => counters[i].Add(1));
            if (run > 0)
            {
                // The first run only warms up.
                channelRates.Add(channelRate);
                grainRates.Add(grainRate);
            }
        }

        double ofGrains = Median(grainRates);
        double ofChannels = Median(channelRates);
        string where = $"{Actors} grains, {Environment.ProcessorCount} processors, median of {Runs}";
        output.WriteLine($"grain calls     {ofGrains,12:N0} /s on {where}");
        output.WriteLine($"channel actors  {ofChannels,12:N0} /s");
        output.WriteLine($"ratio           {ofGrains / ofChannels,12:F2}");
        Array.ForEach(actors, actor => actor.Stop());
        await host.StopAsync();
    }

    private static async Task<double> MeasureAsync(Func<int, Task<long>> call)
    {
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(() => CallAsync(i % Actors))));
        return (double)Callers * CallsPerCaller / Stopwatch.GetElapsedTime(start).TotalSeconds;

        async Task CallAsync(int actor)
        {
            for (int i = 0; i < CallsPerCaller; i++)
            {
                await call(actor);
            }
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed class ChannelActor
    {
        private readonly Channel<(long Value, TaskCompletionSource<long> Answer)> _inbox =
            Channel.CreateUnbounded<(long, TaskCompletionSource<long>)>(new UnboundedChannelOptions { SingleReader = true });

        private long _sum;

        internal ChannelActor() => _ = RunAsync();

        internal Task<long> Add(long value)
        {
            var answer = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            _inbox.Writer.TryWrite((value, answer));
            return answer.Task;
        }

        internal void Stop() => _inbox.Writer.Complete();

        private async Task RunAsync()
        {
            await foreach ((long value, TaskCompletionSource<long> answer) in _inbox.Reader.ReadAllAsync())
            {
                _sum += value;
                answer.SetResult(_sum);
            }
        }
    }
}
