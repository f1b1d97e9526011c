using System.Globalization;

namespace Multipath.Lab.Packets.Runs;

/// <summary>Runs seeds, and tells of a failure all that is needed to look into it.</summary>
internal static class SeedCheck
{
    /// <summary>Runs a seed; after a failure runs it again with captures on.</summary>
    /// <param name="plan">The plan, of the seed as a rule.</param>
    /// <param name="folder">Where captures go; made when needed.</param>
    /// <returns>The result, and a report for people when something was wrong.</returns>
    internal static (RunResult Result, string? Report) Run(TransferPlan plan, string folder)
    {
        var result = TransferRun.Run(plan);
        if (result.Fault is null)
        {
            return (result, null);
        }

        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"seed-{plan.Seed}"));
        RunResult again;
        using (var tap = new PcapTap(path))
        {
            again = TransferRun.Run(plan, tap);
        }

        var arguments = string.Create(
            CultureInfo.InvariantCulture,
            $"--seed {plan.Seed} --bytes {plan.UpBytes + plan.DownBytes}")
            + (plan.Extras == PlanExtras.All ? "" : $" --extras {(int)plan.Extras}");
        return (result, string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {result}
            {plan}
              trace of the second run: {(again.TraceHash == result.TraceHash ? "the same" : "another one")}
              captures: {path}.sent.pcap and .delivered.pcap
              replay: dotnet run --project tests/Bench -- simulation {arguments}
            """));
    }
}
