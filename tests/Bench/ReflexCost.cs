using System.Diagnostics;
using System.Globalization;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Namespaces;
using Multipath.Agent.Reflexes;
using Multipath.Lab.Net;

namespace Multipath.Bench;

/// <summary>
/// What the blackhole watch costs a host with a hundred connections, idle and busy, as a share of one processor. Beside it the obvious
/// way to know the same: to dump all sockets, as often as the watch looks.
/// </summary>
internal static class ReflexCost
{
    private const int Connections = 100;

    /// <summary>What the watch may take.</summary>
    private const double BudgetPct = 2;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    /// <summary>Before each measurement: code is compiled, and the watch has found its pace, of which the idle one is for subflows that
    /// carried data seconds ago.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <summary>Of the watch while all are busy.</summary>
    private static readonly TimeSpan Tick = Longer(BlackholeWatch.BusyTick, BlackholeWatch.TickForEach * Connections);

    /// <summary>Runs and prints.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        if (Preconditions.Lacking() is [_, ..] lacking)
        {
            await output.WriteLineAsync($"not measured, for want of {string.Join("; ", lacking)}");
            return;
        }

        using var rig = new ReflexRig();
        await using var agent = rig.StartAgent();
        await rig.ConnectAsync(Connections);
        var idle = await MeasureAsync();
        using var stop = new CancellationTokenSource();
        var traffic = rig.RunTraffic(stop.Token);
        var busy = await MeasureAsync();
        var dumps = await Task.Factory.StartNew(() => MeasureDumps(rig.ClientNamespace), TaskCreationOptions.LongRunning);
        await stop.CancelAsync();
        await traffic;

        await output.WriteLineAsync($"{Connections} connections of one subflow each; busy: {ReflexRig.TrafficInWords}");
        await LineAsync("percent of a processor", "idle", "busy");
        await LineAsync("blackhole watch", Percent(idle.Watch), Percent(busy.Watch));
        await LineAsync($"ratio to the budget of {Percent(BudgetPct)} %", Percent(idle.Watch / BudgetPct), Percent(busy.Watch / BudgetPct));
        await LineAsync("reconcile loop", Percent(idle.Loop), Percent(busy.Loop));
        await LineAsync("this process, with traffic and emulated link", Percent(idle.Process), Percent(busy.Process));
        await LineAsync($"dump of all sockets each {Tick.TotalMilliseconds:F0} ms", "", Percent(dumps.Share));
        await LineAsync("ratio of the watch to the dumps", "", Percent(busy.Watch / dumps.Share));
        await LineAsync("subflows with data outstanding, by the dumps", "", Percent(dumps.Outstanding));
        await LineAsync("false alarms", "", agent.FalseAlarms.ToString(CultureInfo.InvariantCulture));

        Task LineAsync(string what, string first, string second) => output.WriteLineAsync($"{what,-46}{first,10}{second,10}");
    }

    private static async Task<Shares> MeasureAsync()
    {
        await Task.Delay(WarmUp);
        var (watch, loop) = (ThreadTime.ClockOf("blackhole watch"), ThreadTime.ClockOf("reconcile"));
        var began = Stopwatch.GetTimestamp();
        var before = Read();
        await Task.Delay(Duration);
        var after = Read();
        var elapsed = Stopwatch.GetElapsedTime(began);
        return new Shares(
            100 * (after.Watch - before.Watch) / elapsed,
            100 * (after.Loop - before.Loop) / elapsed,
            100 * (after.Process - before.Process) / elapsed);

        (TimeSpan Watch, TimeSpan Loop, TimeSpan Process) Read() =>
            (ThreadClock.Read(watch), ThreadClock.Read(loop), Environment.CpuUsage.TotalTime);
    }

    /// <summary>Runs on a thread of its own, whose processor time it measures.</summary>
    private static (double Share, double Outstanding) MeasureDumps(string netns)
    {
        using var sockets = NetNamespace.Run(netns, SockDiag.Open);
        var clock = ThreadClock.OfThisThread();
        Repeat(WarmUp);
        var (began, before) = (Stopwatch.GetTimestamp(), ThreadClock.Read(clock));
        var outstanding = Repeat(Duration);
        return (100 * (ThreadClock.Read(clock) - before) / Stopwatch.GetElapsedTime(began), outstanding);

        double Repeat(TimeSpan duration)
        {
            var (dumps, seen, start) = (0, 0, Stopwatch.GetTimestamp());
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                var subflows = sockets.Snapshot().Connections.SelectMany(connection => connection.Subflows);
                seen += subflows.Count(subflow => subflow.Stats.Tcp.UnackedSegments > 0);
                dumps++;
                var early = (Tick * dumps) - Stopwatch.GetElapsedTime(start);
                Thread.Sleep(early > TimeSpan.Zero ? early : TimeSpan.Zero);
            }

            return (double)seen / dumps;
        }
    }

    private static string Percent(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>Of one processor, in percent.</summary>
    private sealed record Shares(double Watch, double Loop, double Process);
}
