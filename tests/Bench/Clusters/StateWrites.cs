using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Silo.Hosting;
using Multipath.Silo.Storage;
using Multipath.TestKit;
using Orleans;
using Orleans.Runtime;

namespace Multipath.Bench.Clusters;

/// <summary>A grain that counts for good.</summary>
[Alias("bench.ITallyGrain")]
public interface ITallyGrain : IGrainWithStringKey
{
    /// <summary>Counts and stores.</summary>
    [Alias("Count")]
    Task<long> Count();
}

/// <summary>What is stored of it.</summary>
internal sealed record Tally
{
    public long Count { get; init; }

    /// <summary>As much text as a host's plan has.</summary>
    public string Filler { get; init; } = new('x', 1_500);
}

/// <summary>A grain that counts for good.</summary>
internal sealed class TallyGrain([PersistentState("tally", "fleet")] IPersistentState<Tally> store) : Grain, ITallyGrain
{
    /// <inheritdoc/>
    public async Task<long> Count()
    {
        store.State = store.State with { Count = store.State.Count + 1 };
        await store.WriteStateAsync();
        return store.State.Count;
    }
}

/// <summary>
/// State writes a second through a whole silo, a caller for each of many grains, each write stored before the next call: to a file and to
/// PostgreSQL where the build has both.
/// </summary>
internal static class StateWrites
{
    private const int Grains = 256;
    private const int Runs = 3;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);

    /// <summary>Runs and prints.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        await MeasureAsync("SQLite file", null, output);
        var (server, lacking) = await PostgresServer.Launch("fsync=on");
        if (server is null)
        {
            await output.WriteLineAsync($"PostgreSQL not measured: {lacking}");
            return;
        }

        await using var postgres = server;
        await MeasureAsync("PostgreSQL", postgres.ConnectionString(), output);
    }

    private static async Task MeasureAsync(string name, string? database, TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("mpbench-").FullName;
        var anyPort = new Uri("http://127.0.0.1:0");
        try
        {
            await using var silo = SiloHost.Build(
                new SiloOptions { Grpc = anyPort, Http = anyPort, DataFolder = folder, Database = database, Quiet = true });
            await silo.Start();
            var factory = silo.Services.GetRequiredService<IGrainFactory>();
            ITallyGrain[] grains = [.. Enumerable.Range(0, Grains).Select(i => factory.GetGrain<ITallyGrain>($"tally-{i}"))];
            await Task.WhenAll(grains.Select(grain => grain.Count()));
            List<(double Rate, Quantiles Times)> runs = [];
            for (var run = 0; run < Runs; run++)
            {
                runs.Add(await RunAsync(grains));
            }

            var (rate, times) = runs.OrderBy(one => one.Rate).ElementAt(Runs / 2);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-14}{rate,10:N0} writes/s of {Grains} grains, p50 {times.P50:F1} ms, p99 {times.P99:F1} ms"));
        }
        catch (StoreException refused)
        {
            await output.WriteLineAsync($"{name,-14}not measured: {refused.Message}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double Rate, Quantiles Times)> RunAsync(ITallyGrain[] grains)
    {
        var clock = Stopwatch.StartNew();
        var times = await Task.WhenAll(grains.Select(grain => Task.Run(() => CallAsync(grain))));
        var took = clock.Elapsed.TotalSeconds;
        var all = times.SelectMany(one => one).ToArray();
        return (all.Length / took, Quantiles.Of(all));

        async Task<List<TimeSpan>> CallAsync(ITallyGrain grain)
        {
            List<TimeSpan> calls = [];
            while (clock.Elapsed < Duration)
            {
                var began = Stopwatch.GetTimestamp();
                await grain.Count();
                calls.Add(Stopwatch.GetElapsedTime(began));
            }

            return calls;
        }
    }
}
