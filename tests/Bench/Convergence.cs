using System.Diagnostics;
using System.Globalization;
using Multipath.Lab.Net;

namespace Multipath.Bench;

/// <summary>
/// From an event at a host to the plan that answers it, through a real silo, on one machine: a link goes down or comes back, the kernel
/// tells the agent, the agent reports, the silo ranks and pushes, the agent applies and acknowledges. The next change waits until the
/// fleet is settled. The host has no connections: what the kernel takes to move them is not in it. Beside it plain gRPC round trips,
/// back to back; every change needs one and a half (report, plan, acknowledgement).
/// </summary>
internal static class Convergence
{
    private const int Changes = 200;

    /// <summary>Not counted: code is compiled at its first use.</summary>
    private const int WarmUp = 20;

    /// <summary>Of the column of names.</summary>
    private const int Width = 44;

    private const int EchoRounds = 5000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Runs and prints.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        if (Preconditions.Lacking() is [_, ..] lacking)
        {
            await output.WriteLineAsync($"not measured, for want of {string.Join("; ", lacking)}");
            return;
        }

        List<ConvergenceStep> steps = [];
        await using (var rig = await ConvergenceRig.StartAsync())
        {
            var began = Stopwatch.GetTimestamp();
            while (steps.Count < WarmUp + Changes && Stopwatch.GetElapsedTime(began) < Limit)
            {
                steps.Add(await rig.ChangeAsync(up: false));
                steps.Add(await rig.ChangeAsync(up: true));
            }
        }

        await PrintAsync([.. steps.Skip(WarmUp)], Quantiles.Of(await GrpcEcho.RoundTripsAsync(EchoRounds)), output);
    }

    private static async Task PrintAsync(ConvergenceStep[] steps, Quantiles echo, TextWriter output)
    {
        if (steps.Length == 0)
        {
            await output.WriteLineAsync($"not measured: {WarmUp} changes took longer than {Limit.TotalSeconds:F0} s");
            return;
        }

        var acknowledged = Times(steps, step => step.Acknowledged - step.Told);
        await output.WriteLineAsync($"{$"{steps.Length} changes of one of three links",-Width}{Quantiles.Heads}");
        await LineAsync("kernel's message to plan applied", Times(steps, step => step.Applied - step.Told));
        await LineAsync("kernel's message to ack at the silo", acknowledged);
        await LineAsync("  when the link goes down", Times(steps.Where(step => !step.Up), step => step.Acknowledged - step.Told));
        await LineAsync("  when the link comes back", Times(steps.Where(step => step.Up), step => step.Acknowledged - step.Told));
        await LineAsync("kernel's message to ack seen by a watcher", Times(steps, step => step.Seen - step.Told));
        await LineAsync("start of ip(8) to kernel's message", Times(steps, step => step.Told - step.Commanded));
        await LineAsync("start of ip(8) to ack at the silo", Times(steps, step => step.Acknowledged - step.Commanded));
        await LineAsync("plain gRPC echo, round trip", echo);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{"ratio of ack at the silo to echo",-Width}{acknowledged.P50 / echo.P50,10:F1}{acknowledged.P99 / echo.P99,10:F1}"));

        Task LineAsync(string what, Quantiles times) => output.WriteLineAsync($"{what,-Width}{times}");
    }

    private static Quantiles Times(IEnumerable<ConvergenceStep> steps, Func<ConvergenceStep, TimeSpan> time) =>
        Quantiles.Of(steps.Select(time));
}
