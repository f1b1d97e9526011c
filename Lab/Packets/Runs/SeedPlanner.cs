using Multipath.Protocol;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>
/// Makes a plan out of a seed: paths from bad to good, boxes that meddle, links that change and fail, every scheduler and congestion
/// control. What it makes can always be finished: the last thing that happens to each link is that it works, and a box which breaks MPTCP
/// in mid-connection never stands on the only path.
/// </summary>
internal sealed class SeedPlanner
{
    private const long Second = 1_000_000;

    private static readonly string[] _schedulers =
        ["minRtt", "linuxDefault", "roundRobin", "weighted", "redundant", "blest", "ecf", "backup", "cheapestFirst", "lowLatency"];

    private static readonly string[] _congestions = ["reno", "cubic", "lia", "olia"];

    private readonly SeededEntropy _entropy;
    private readonly ulong _seed;

    private SeedPlanner(ulong seed) => (_seed, _entropy) = (seed, new SeededEntropy(seed));

    /// <summary>The plan of a seed.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="bytes">To be carried, in both directions together.</param>
    /// <param name="extras">What is added to paths and boxes.</param>
    internal static TransferPlan Plan(ulong seed, long bytes, PlanExtras extras = PlanExtras.All)
    {
        var plain = new SeedPlanner(seed).Plan(bytes);
        return extras switch
        {
            PlanExtras.None => plain,
            PlanExtras.Some => ExtraPlanner.AddTo(plain),
            _ => MorePlanner.AddTo(ExtraPlanner.AddTo(plain)),
        };
    }

    private TransferPlan Plan(long bytes)
    {
        var mtu = Pick(1500, 1500, 1280, 1400);
        var isV6 = Chance(0.3);
        var knobs = Enumerable.Range(0, 2 + _entropy.Below(2)).Select(_ => Knobs()).ToArray();
        var boxes = new BoxPlanner(_entropy, isV6, knobs.Length).Plan();
        var paths = knobs.Select((link, index) => new PathPlan(link, boxes.OfPath[index])
        {
            IsBackup = index > 0 && Chance(0.2),
            JoinsAfter = Chance(0.5) ? default : Millis(0, 2000),
        }).ToArray();
        var up = Pick(bytes, bytes, 0, bytes / 2, bytes / 10);
        var (client, server) = (Options(), Options());
        return new TransferPlan
        {
            Seed = _seed,
            IsV6 = isV6,
            Mtu = mtu,
            Paths = paths,
            Changes = Changes(knobs, boxes.IsFragile),
            UpBytes = up,
            DownBytes = bytes - up,
            Client = client with { Checksum = client.Checksum || boxes.NeedsChecksum },
            Server = server,
            Schedulers =
            [
                .. Enumerable.Range(0, Pick(0, 0, 1, 2)).Select(_ => (At: Moment(), Name: Pick(_schedulers))).OrderBy(change => change.At),
            ],
            Reading = Chance(0.15) ? new ReadPace(Pick(1000, 20_000, 100_000), Millis(1, 20)) : default,
            ServerAnnounces = !boxes.IsFragile && Chance(0.3),
            ReactsToDown = Chance(0.5),
            MayFallBack = boxes.MayFallBack,
        };
    }

    private ConnectionOptions Options() => new()
    {
        Scheduler = Pick(_schedulers),
        Congestion = Pick(_congestions),
        Checksum = Chance(0.2),
        ShortSequenceNumbers = Chance(0.3),
        NoDelay = Chance(0.8),
        SendBufferLimit = Pick(4 << 20, 1 << 20, 128 << 10, 64 << 10),
        InitialReceiveWindow = Pick(256 << 10, 64 << 10, 32 << 10),
        ReceiveBufferLimit = Pick(6 << 20, 1 << 20, 256 << 10),
    };

    private LinkKnobs Knobs()
    {
        var up = Lane();
        return Chance(0.6) ? LinkKnobs.Same(up) : new LinkKnobs(up, Lane());
    }

    private LaneKnobs Lane()
    {
        var bitsPerSecond = (long)(1e6 * Math.Pow(10, 2.3 * _entropy.NextDouble()));
        var delay = Millis(1, Pick(5, 30, 100, 300));
        var queue = Math.Max(16 * 1500, (int)(bitsPerSecond / 8 / 1000 * Pick(20, 100, 300)));
        return new LaneKnobs(bitsPerSecond, delay, queue)
        {
            Jitter = Chance(0.5) ? Millis(0, 20) : default,
            Loss = Pick(0, 0, 1, 2) switch
            {
                0 => default,
                1 => LossModel.Random(0.05 * _entropy.NextDouble()),
                _ => LossModel.Bursts(0.03 * _entropy.NextDouble(), 2 + _entropy.Below(12)),
            },
            Reorder = Chance(0.3) ? 0.1 * _entropy.NextDouble() : 0,
            ReorderBy = Millis(1, 30),
            Duplicate = Chance(0.2) ? 0.02 * _entropy.NextDouble() : 0,
            Corrupt = Chance(0.2) ? 0.02 * _entropy.NextDouble() : 0,
        };
    }

    /// <summary>A link that a fragile connection begins on never fails: its boxes leave no way round.</summary>
    private List<LinkChange> Changes(LinkKnobs[] links, bool isFragile)
    {
        List<LinkChange> changes = [];
        for (var link = 0; link < links.Length; link++)
        {
            if (Chance(0.3))
            {
                changes.Add(new KnobsChange(Moment(), link, Knobs()));
            }

            for (var outage = Pick(0, 0, 1, 2); outage > 0 && !(isFragile && link == 0); outage--)
            {
                var from = Moment();
                changes.Add(new StateChange(from, link, Chance(0.5) ? LinkState.Down : LinkState.Blackhole));
                changes.Add(new StateChange(from + Millis(50, 8000), link, LinkState.Up));
            }
        }

        return [.. changes.OrderBy(change => change.At).ThenBy(change => change is StateChange { State: LinkState.Up })];
    }

    /// <summary>Early ones are likelier: most transfers are over within seconds.</summary>
    private Instant Moment() => new((long)(Math.Pow(_entropy.NextDouble(), 2) * 8 * Second));

    private Duration Millis(int from, int to) => Duration.FromMillis(from + _entropy.Below(to - from + 1));

    private bool Chance(double probability) => _entropy.NextDouble() < probability;

    private T Pick<T>(params ReadOnlySpan<T> all) => all[_entropy.Below(all.Length)];
}
