using System.Diagnostics;
using System.Globalization;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Lab.Net;

namespace Multipath.Bench.Tun;

/// <summary>
/// What one processor second carries: our stack on a TUN against the kernel's MPTCP as its peer, with and without segmentation offload, and
/// beside it the kernel against itself over veth. Of our end everything is counted, the kernel's receiving of what is written to the
/// TUN included; of the kernel's end the thread of the program only, without the interrupts and threads in which the kernel receives what
/// came over veth. The fairer ratio is that of both ends together. With several queues there is a connection on each.
/// </summary>
internal static class TunThroughput
{
    private const int Runs = 3;

    /// <summary>Until our code has settled: the runtime compiles it anew while it runs, beside it and in its time.</summary>
    private const int UncountedRuns = 2;

    private const double BitsPerByte = 8;

    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(600);

    /// <summary>Runs and prints.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        if (Preconditions.Lacking() is [_, ..] lacking)
        {
            await output.WriteLineAsync($"not measured, for want of {string.Join("; ", lacking)}");
            return;
        }

        Case[] cases =
        [
            new("kernel over veth, out", _ => MeasureKernelAsync(sender: true)),
            new("kernel over veth, in", _ => MeasureKernelAsync(sender: false)),
            new("TUN with offload, out", _ => MeasureOursAsync(offload: true, sends: true)),
            new("TUN with offload, in", _ => MeasureOursAsync(offload: true, sends: false)),
            new("TUN without offload, out", _ => MeasureOursAsync(offload: false, sends: true)),
            new("TUN without offload, in", _ => MeasureOursAsync(offload: false, sends: false)),
            new("2 queues, offload, out", _ => MeasureOursAsync(offload: true, sends: true, queues: 2)),
            new("2 queues, offload, in", _ => MeasureOursAsync(offload: true, sends: false, queues: 2)),
            new("2 queues, no offload, out", _ => MeasureOursAsync(offload: false, sends: true, queues: 2)),
            new("2 queues, no offload, in", _ => MeasureOursAsync(offload: false, sends: false, queues: 2)),
        ];
        var results = cases.ToDictionary(one => one.Name, _ => new List<Result>());
        for (var run = -UncountedRuns; run < Runs; run++)
        {
            foreach (var one in cases)
            {
                var result = await one.MeasureAsync(run);
                if (run >= 0)
                {
                    results[one.Name].Add(result);
                }
            }
        }

        var heads = $"{"Gbit/s",10}{"CPU share",12}{"per CPU-s",12}{"ratio",8}{"both ends",12}{"ratio",8}";
        await output.WriteLineAsync($"{$"median of {Runs}",-28}{heads}");
        var medians = results.ToDictionary(one => one.Key, one => Median(one.Value));
        foreach (var (name, result) in medians)
        {
            var baseline = medians[name.EndsWith("out", StringComparison.Ordinal) ? cases[0].Name : cases[1].Name];
            var (own, both) = (result.PerSecond / baseline.PerSecond, result.BothPerSecond / baseline.BothPerSecond);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-28}{result.Gigabits,10:F2}{result.Share,12:F2}{result.PerSecond,12:F2}{own,8:F2}")
                + string.Create(CultureInfo.InvariantCulture, $"{result.BothPerSecond,12:F2}{both,8:F2}"));
        }
    }

    private static async Task<Result> MeasureOursAsync(bool offload, bool sends, int queues = 1)
    {
        using var rig = new TunRig(offload, sends, queues);
        await rig.BeginAsync();
        var clocks = ThreadTime.ClocksOf(TunPump.ThreadName);
        return await MeasureAsync(
            () => rig.Delivered, () => clocks.Aggregate(TimeSpan.Zero, (sum, clock) => sum + ThreadClock.Read(clock)));
    }

    private static async Task<Result> MeasureKernelAsync(bool sender)
    {
        using var rig = new VethRig();
        await rig.BeginAsync();
        return await MeasureAsync(() => rig.Receiver.Bytes, () => (sender ? rig.Sender : rig.Receiver).Cpu);
    }

    private static async Task<Result> MeasureAsync(Func<long> bytes, Func<TimeSpan> cpu)
    {
        await Task.Delay(WarmUp);
        var (began, bytesBefore, cpuBefore, bothBefore) = (Stopwatch.GetTimestamp(), bytes(), cpu(), Environment.CpuUsage.TotalTime);
        await Task.Delay(Duration);
        var (moved, used, both) = (bytes() - bytesBefore, cpu() - cpuBefore, Environment.CpuUsage.TotalTime - bothBefore);
        var elapsed = Stopwatch.GetElapsedTime(began);
        var gigabits = moved * BitsPerByte / 1e9;
        return new Result(gigabits / elapsed.TotalSeconds, used / elapsed, gigabits / used.TotalSeconds, gigabits / both.TotalSeconds);
    }

    private static Result Median(List<Result> results) => results.OrderBy(one => one.PerSecond).ElementAt(results.Count / 2);

    private sealed record Case(string Name, Func<int, Task<Result>> MeasureAsync);

    /// <param name="Gigabits">Per second of the clock.</param>
    /// <param name="Share">Of one processor.</param>
    /// <param name="PerSecond">Gigabits per second of processor time of the measured end.</param>
    /// <param name="BothPerSecond">The same of the whole process, which is both ends.</param>
    private sealed record Result(double Gigabits, double Share, double PerSecond, double BothPerSecond);
}
