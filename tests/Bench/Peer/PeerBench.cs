using System.Globalization;
using Multipath.Lab.Baselines;
using Multipath.Lab.Compare;
using Multipath.Lab.Net;

namespace Multipath.Bench.Peer;

/// <summary>
/// The userspace stack as sender against the kernel as sender, both to a kernel over the lab's emulated links and in turn: what three links
/// carry, how long a receiver waits when the first of two is cut, and how late messages are on lossy paths. Medians, and ratios to the
/// kernel.
/// </summary>
internal static class PeerBench
{
    private const int Runs = 5;

    /// <summary>Of 20 s each: the figure varies by a percent.</summary>
    private const int GoodputRuns = 3;

    private static readonly (string Name, Action<TextWriter> Measure)[] Parts =
        [("goodput", MeasureGoodput), ("gaps", MeasureGaps), ("delays", MeasureDelays)];

    /// <summary>Runs and prints all parts.</summary>
    public static Task RunAsync(TextWriter output) => RunAsync(output, []);

    /// <summary>Runs and prints the parts that are named, or all.</summary>
    /// <returns>0, or 2 for a name that is none.</returns>
    public static async Task<int> RunAsync(TextWriter output, string[] parts)
    {
        if (parts.Except(Parts.Select(part => part.Name)).FirstOrDefault() is { } unknown)
        {
            await output.WriteLineAsync($"'{unknown}' is no part of it. There are: {string.Join(", ", Parts.Select(part => part.Name))}");
            return 2;
        }

        if (Preconditions.Lacking() is [_, ..] lacking)
        {
            await output.WriteLineAsync($"not measured, for want of {string.Join("; ", lacking)}");
            return 0;
        }

        foreach (var (_, measure) in Parts.Where(part => parts.Length == 0 || parts.Contains(part.Name)))
        {
            await Worker.RunAsync(
                () =>
                {
                    measure(output);
                    return true;
                },
                CancellationToken.None);
        }

        return 0;
    }

    private static void MeasureGoodput(TextWriter output)
    {
        output.WriteLine($"goodput over 20 s, 20+10+5 Mbit/s, 20/50/80 ms; ceiling {GoodputCase.Ceiling} Mbit/s; median of {GoodputRuns}");
        string[] senders = [Sender.Kernel, "ecf", "linuxDefault"];
        Print(output, "Mbit/s", senders, Turns(GoodputRuns, senders, (sender, round) => GoodputCase.Measure(sender, round)));
    }

    private static void MeasureGaps(TextWriter output)
    {
        foreach (var backup in (bool[])[true, false])
        {
            string[] senders = backup
                ? [Sender.Kernel, "ecf", "ecf" + Sender.WithAgent]
                : [Sender.Kernel, "ecf", "lowLatency", "redundant", "ecf" + Sender.WithAgent];
            foreach (var cut in (Outage[])[Outage.Down, Outage.Blackhole])
            {
                var gapCase = new GapCase(Direction.Upload, cut, backup);
                output.WriteLine($"longest gap, 5 Mbit/s, {gapCase}; median of {Runs}");
                Print(output, "ms", senders, Turns(Runs, senders, (sender, round) => Gap(gapCase, sender, round)));
            }
        }
    }

    private static double Gap(GapCase gapCase, string name, int round)
    {
        using var topology = GapTopology.Create(endOnSignals: false);
        using var sender = new Sender(topology, name, gapCase.Backup);
        var measured = GapExperiment.Run(topology, gapCase, sender.Start, round);
        return measured.Transfer is { IsIntact: true, IsMptcp: true }
            ? measured.GapMs
            : throw new InvalidOperationException($"{name}, {gapCase}: {measured.Transfer.Failure ?? "what came is not what was sent"}");
    }

    private static void MeasureDelays(TextWriter output)
    {
        output.WriteLine($"p99 delay of 4 KB each 20 ms over 20/50/80 ms with 1% loss; median of {Runs}");
        string[] senders = [Sender.Kernel, "linuxDefault", "ecf", "lowLatency", "redundant"];
        Print(output, "ms", senders, Turns(Runs, senders, DelayCase.Measure));
    }

    /// <summary>Round by round, so that a slow minute of the machine hits all alike.</summary>
    private static Dictionary<string, List<double>> Turns(int runs, string[] senders, Func<string, int, double> measure)
    {
        var samples = senders.ToDictionary(sender => sender, _ => new List<double>());
        for (var round = 0; round < runs; round++)
        {
            foreach (var sender in senders)
            {
                samples[sender].Add(measure(sender, round));
            }
        }

        return samples;
    }

    private static void Print(TextWriter output, string unit, string[] senders, Dictionary<string, List<double>> samples)
    {
        var baseline = new ContestantResult(senders[0], samples[senders[0]]).Median;
        foreach (var sender in senders)
        {
            var median = new ContestantResult(sender, samples[sender]).Median;
            var runs = string.Join(' ', samples[sender].Select(one => one.ToString("0.0", CultureInfo.InvariantCulture)));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {sender,-16}{median,8:0.0} {unit,-6}  x{median / baseline,-6:0.00} {runs}"));
        }

        output.Flush();
    }
}
