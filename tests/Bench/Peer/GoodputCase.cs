using Multipath.Lab.Baselines;
using Multipath.Lab.Net;
using Multipath.Lab.Traffic;

namespace Multipath.Bench.Peer;

/// <summary>What the three links carry together, counted at the receiver.</summary>
internal static class GoodputCase
{
    /// <summary>1424 bytes of payload in each 1500 of 35 Mbit/s.</summary>
    internal const double Ceiling = 33.2;

    private const double Seconds = 20;

    /// <summary>One transfer.</summary>
    /// <returns>Mbit/s of payload.</returns>
    internal static double Measure(string name, int round)
    {
        using var topology = GapTopology.Create(uplinks: 3, endOnSignals: false);
        using var sender = new Sender(topology, name, backup: false);
        var spec = TransferSpec.Bulk(Direction.Upload, Seconds) with { Seed = (ulong)round + 1 };
        var result = sender.Start(spec).WaitAsync(CancellationToken.None).GetAwaiter().GetResult();
        return result is { IsIntact: true, IsMptcp: true }
            ? result.Goodput.MegabitsPerSecond(0, Seconds)
            : throw new InvalidOperationException($"{name}: {result.Failure ?? "what came is not what was sent"}");
    }
}
