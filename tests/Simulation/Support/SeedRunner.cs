using System.Collections.Concurrent;
using Multipath.Lab.Packets.Runs;

namespace Multipath.Simulation.Tests.Support;

/// <summary>Runs seeds on all processors.</summary>
internal static class SeedRunner
{
    /// <summary>Reports of failures that are told; the others are counted.</summary>
    private const int Told = 5;

    /// <summary>Where captures of failed seeds are left.</summary>
    internal static string Captures { get; } = Path.Combine(AppContext.BaseDirectory, "captures");

    /// <summary>Runs seeds.</summary>
    /// <returns>
    /// What went wrong: the first failures in full, then their number; empty when nothing did. And the segments that devices with receive
    /// offload joined to ones before them.
    /// </returns>
    internal static (IReadOnlyList<string> Reports, long Gathered) Run(ulong first, int count, long bytes)
    {
        var failed = new ConcurrentBag<ulong>();
        var gathered = 0L;
        Parallel.For(0, count, index =>
        {
            var seed = first + (ulong)index;
            var result = TransferRun.Run(SeedPlanner.Plan(seed, bytes));
            Interlocked.Add(ref gathered, result.Gathered);
            if (result.Fault is not null)
            {
                failed.Add(seed);
            }
        });

        ulong[] sorted = [.. failed.Order()];
        var reports = sorted.Take(Told).Select(Report);
        return (
            sorted.Length == 0 ? [] : [.. reports, $"{sorted.Length} of {count} seeds failed: {string.Join(' ', sorted)}"],
            gathered);

        string Report(ulong seed) =>
            SeedCheck.Run(SeedPlanner.Plan(seed, bytes), Captures).Report ?? $"seed {seed} fails now and then";
    }
}
