using Multipath.Lab.Baselines;

namespace Multipath.Lab.Compare;

/// <summary>
/// Measures every case with every contestant in turn, round by round, so that a slow minute of the machine hits all alike; then what
/// all links carry together and how often the blackhole reflex is wrong.
/// </summary>
internal sealed class CompareRun(CompareOptions options, TextWriter output)
{
    private static IEnumerable<GapCase> GapCases => GapCase.All(bulk: false).Concat(GapCase.All(bulk: true));

    /// <summary>The names of all cases, in the order in which they run.</summary>
    public static IEnumerable<string> Names =>
        GapCases.Select(one => one.ToString()).Concat(ExtraCases.All.Select(one => one.Name));

    /// <summary>Runs all that the options ask for.</summary>
    /// <returns>True when every transfer was intact.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var table = new CompareTable(output, options.Json);
        foreach (var gapCase in GapCases.Where(one => options.Takes(one.ToString())))
        {
            table.Show(await Worker.RunAsync(() => Measure(gapCase, cancellation), cancellation));
        }

        foreach (var extra in ExtraCases.All.Where(one => options.Takes(one.Name)))
        {
            table.Show(await Worker.RunAsync(() => extra.Measure(options.Runs, cancellation), cancellation));
        }

        return table.AllIntact;
    }

    private CaseResult Measure(GapCase gapCase, CancellationToken cancellation)
    {
        var samples = Contestants.All.ToDictionary(one => one, _ => new List<double>());
        var intact = true;
        for (var round = 0; round < options.Runs; round++)
        {
            foreach (var contestant in Contestants.All)
            {
                cancellation.ThrowIfCancellationRequested();
                var measured = GapExperiment.Run(gapCase, contestant.Steering, round);
                intact &= measured.Transfer.IsIntact;
                samples[contestant].Add(measured.GapMs);
            }
        }

        return new CaseResult(
            gapCase.ToString(),
            "ms",
            [.. Contestants.All.Select(one => new ContestantResult(one.Name, samples[one]))],
            Goals.For(gapCase),
            intact);
    }
}
