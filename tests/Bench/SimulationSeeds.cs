using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Multipath.Lab.Packets.Runs;

namespace Multipath.Bench;

/// <summary>
/// Ten thousand seeded transfers of 1 MB through the simulated network, the whole stack at both ends, on all processors; or one seed, told
/// in full. What counts is packets a second of processor time, and the time for all.
/// </summary>
internal static class SimulationSeeds
{
    private const int Seeds = 10_000;
    private const long Bytes = 1 << 20;
    private const int WarmUp = 500;

    /// <summary>One of so many seeds runs a second time, after the measurement, and has to leave the same trace.</summary>
    private const int RepeatEach = 50;

    private const double PacketsBar = 0.5e6;
    private const double SecondsBar = 120;

    /// <summary>Failures that are told in full.</summary>
    private const int Told = 3;

    /// <summary>Runs all seeds and prints.</summary>
    public static Task RunAsync(TextWriter output) => RunAsync(output, 0, Seeds, Bytes);

    /// <summary>
    /// Runs what the arguments say: <c>--seed</c> for one in full, <c>--count</c>, <c>--first</c>, <c>--bytes</c>, <c>--extras</c>.
    /// </summary>
    /// <returns>0 when all was right, 1 when a seed failed, 2 for arguments that mean nothing.</returns>
    public static async Task<int> RunAsync(TextWriter output, string[] arguments)
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var index = 0; index < arguments.Length; index += 2)
        {
            if (arguments[index] is not ("--seed" or "--count" or "--first" or "--bytes" or "--extras")
                || index + 1 == arguments.Length
                || !long.TryParse(arguments[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                await output.WriteLineAsync("simulation [--seed N | --first N --count N] [--bytes N] [--extras 0|1]");
                return 2;
            }

            values[arguments[index]] = value;
        }

        var bytes = values.GetValueOrDefault("--bytes", Bytes);
        return values.TryGetValue("--seed", out var seed)
            ? await TellAsync(output, (ulong)seed, bytes, (PlanExtras)values.GetValueOrDefault("--extras", 2))
            : await RunAsync(output, (ulong)values.GetValueOrDefault("--first"), (int)values.GetValueOrDefault("--count", Seeds), bytes);
    }

    private static async Task<int> TellAsync(TextWriter output, ulong seed, long bytes, PlanExtras extras = PlanExtras.All)
    {
        var plan = SeedPlanner.Plan(seed, bytes, extras);
        var (result, report) = SeedCheck.Run(plan, Path.Combine(AppContext.BaseDirectory, "captures"));
        await output.WriteLineAsync(report ?? $"{result}\n{plan}");
        return report is null ? 0 : 1;
    }

    /// <returns>The seeds, one of <see cref="RepeatEach"/>, whose second run went otherwise than the first.</returns>
    private static ulong[] Repeat(RunResult[] results, long bytes)
    {
        var differ = new ConcurrentBag<ulong>();
        Parallel.For(0, (results.Length + RepeatEach - 1) / RepeatEach, index =>
        {
            var first = results[index * RepeatEach];
            if (TransferRun.Run(SeedPlanner.Plan(first.Seed, bytes)).TraceHash != first.TraceHash)
            {
                differ.Add(first.Seed);
            }
        });
        return [.. differ.Order()];
    }

    private static async Task<int> RunAsync(TextWriter output, ulong first, int count, long bytes)
    {
        // Behind the measured seeds: the runtime counts what code does before it compiles it for good, which is no cost of a long run.
        Parallel.For(0, WarmUp, index => TransferRun.Run(SeedPlanner.Plan(first + (ulong)(count + index), bytes)));
        var results = new RunResult[count];
        var (began, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        Parallel.For(0, count, index => results[index] = TransferRun.Run(SeedPlanner.Plan(first + (ulong)index, bytes)));
        var (elapsed, busy) = (Stopwatch.GetElapsedTime(began).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalSeconds);

        var (packets, carried) = (results.Sum(result => result.Packets), results.Sum(result => result.Bytes));
        var failed = results.Where(result => result.Fault is not null).ToArray();
        var rate = packets / busy;
        var fellBack = results.Count(result => result.FellBack);
        await LineAsync("seeds", $"{count} of {bytes} bytes, {failed.Length} failed, {fellBack} fell back to plain TCP");
        await LineAsync("packets", $"{packets}, {(double)carried / packets:0} payload bytes in each");
        await LineAsync("packets a second and core", $"{rate / 1e6:0.00} M, {rate / PacketsBar:0.00} of the bar");
        var speed = SecondsBar / elapsed * count / Seeds;
        await LineAsync("total time", $"{elapsed:0.0} s, {speed:0.00} of the bar's speed, {busy:0.0} s of processors");
        await LineAsync("simulated time", $"{results.Sum(result => result.Ended.Micros) / 1e6:0} s");
        var gathered = results.Sum(result => result.Gathered);
        await LineAsync("gathered", $"{gathered} segments, in {results.Count(result => result.Gathered > 0)} of the seeds");
        var differ = Repeat(results, bytes);
        var repeated = (count + RepeatEach - 1) / RepeatEach;
        await LineAsync("second runs", $"{repeated}, {differ.Length} with another trace {string.Join(' ', differ)}");
        foreach (var failure in failed.Take(Told))
        {
            await TellAsync(output, failure.Seed, bytes);
        }

        if (failed.Length > 0)
        {
            await LineAsync("failed", $"{string.Join(' ', failed.Select(result => result.Seed))}");
        }

        return failed.Length + differ.Length == 0 ? 0 : 1;

        Task LineAsync(string what, FormattableString value) => output.WriteLineAsync($"{what,-28}{FormattableString.Invariant(value)}");
    }
}
