using Multipath.Lab.Packets.Middleboxes;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>Draws the middleboxes of a plan's paths.</summary>
/// <param name="entropy">What it draws from.</param>
/// <param name="isV6">The family of the paths.</param>
/// <param name="paths">How many there are.</param>
internal sealed class BoxPlanner(SeededEntropy entropy, bool isV6, int paths)
{
    /// <summary>Boxes of each path and what follows from them.</summary>
    /// <param name="OfPath">By the path's index.</param>
    /// <param name="IsFragile">A box of the first path breaks MPTCP: the connection ends up as plain TCP on it.</param>
    /// <param name="NeedsChecksum">A box changes payload, which only checksums notice.</param>
    /// <param name="MayFallBack">The connection may end up as plain TCP.</param>
    internal sealed record Drawn(IReadOnlyList<IReadOnlyList<BoxPlan>> OfPath, bool IsFragile, bool NeedsChecksum, bool MayFallBack);

    /// <summary>Draws them.</summary>
    internal Drawn Plan()
    {
        var ofPath = Enumerable.Range(0, paths).Select(Harmless).ToArray();
        var isFragile = Chance(0.08);
        if (isFragile)
        {
            ofPath[0].Add(Pick(
                new BoxPlan("strips MPTCP", () => new StripOptions([])),
                new BoxPlan("strips MP_CAPABLE", () => new StripOptions([MptcpSubtype.Capable])),
                new BoxPlan("drops MPTCP SYNs", () => new DropMptcpSyns())));
        }

        var needsChecksum = false;
        for (var path = 1; path < paths; path++)
        {
            if (Chance(0.25))
            {
                var (box, changesPayload) = Harmful(path);
                ofPath[path].Add(box);
                needsChecksum |= changesPayload;
            }
        }

        return new Drawn(ofPath, isFragile, needsChecksum, isFragile || needsChecksum);
    }

    private List<BoxPlan> Harmless(int path)
    {
        List<BoxPlan> boxes = [];
        if (Chance(0.1))
        {
            boxes.Add(new BoxPlan("strips ADD_ADDR", () => new StripOptions([MptcpSubtype.AddAddress])));
        }

        if (Chance(0.2))
        {
            var seed = entropy.NextUInt64();
            boxes.Add(new BoxPlan("rewrites sequence numbers", () => new RewriteSequence(seed)));
        }

        if (Chance(0.15))
        {
            var above = 100 + entropy.Below(1300);
            boxes.Add(new BoxPlan($"splits above {above}", () => new SplitSegments(above)));
        }

        if (Chance(0.15))
        {
            boxes.Add(new BoxPlan("merges", () => new MergeSegments(rude: false, Duration.FromMicros(500))));
        }

        if (Chance(0.2))
        {
            boxes.Add(Translator(path, 0, Instant.Never));
        }

        return boxes;
    }

    private (BoxPlan Box, bool ChangesPayload) Harmful(int path)
    {
        var from = new Instant((long)(entropy.NextDouble() * 4_000_000));
        return entropy.Below(7) switch
        {
            0 => (new BoxPlan("strips MPTCP", () => new StripOptions([])), false),
            1 => (new BoxPlan($"strips MPTCP from {from}", () => new StripOptions([], from)), false),
            2 => (new BoxPlan("strips MP_JOIN", () => new StripOptions([MptcpSubtype.Join])), false),
            3 => (new BoxPlan("drops MPTCP SYNs", () => new DropMptcpSyns()), false),
            4 => (new BoxPlan("merges rudely", () => new MergeSegments(rude: true, Duration.FromMicros(500))), false),
            5 => (Translator(path, 1, from), false),
            _ => (new BoxPlan("changes payload", () => new ChangePayload(20)), true),
        };
    }

    private BoxPlan Translator(int path, int layer, Instant forgetAt)
    {
        var outside = IpAddr.Parse(isV6 ? $"2001:db8:ff{layer}::{path + 1}" : $"198.51.{100 + layer}.{path + 1}");
        var name = forgetAt == Instant.Never ? $"translates to {outside}" : $"translates to {outside} and forgets at {forgetAt}";
        return new BoxPlan(name, () => new Nat(outside, forgetAt)) { Outside = outside };
    }

    private bool Chance(double probability) => entropy.NextDouble() < probability;

    private BoxPlan Pick(params ReadOnlySpan<BoxPlan> all) => all[entropy.Below(all.Length)];
}
