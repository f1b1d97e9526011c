using Multipath.Lab.Packets.Middleboxes;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets.Runs;

/// <summary>
/// Adds to a plan what is rarer still: hosts without timestamps, hosts that pace, firewalls that swallow SYN/ACKs only, readers that leave
/// the last bytes lying and give up, peers that vanish for ever once they have closed, and devices that gather what arrives. It draws from
/// chances of its own, as <see cref="ExtraPlanner"/> does.
/// </summary>
internal static class MorePlanner
{
    private const ulong Salt = 0x7661_6E69_7368_6564;

    /// <summary>Fewer than any window has, so that all arrives.</summary>
    private const int MostUnread = 8_000;

    /// <summary>A plan with more.</summary>
    internal static TransferPlan AddTo(TransferPlan plan)
    {
        var entropy = new SeededEntropy(plan.Seed ^ Salt);
        var more = plan with
        {
            Extras = PlanExtras.All,
            Client = plan.Client with { Timestamps = !Chance(0.1), Pacing = Chance(0.2) },
            Server = plan.Server with { Timestamps = !Chance(0.1), Pacing = Chance(0.2) },
            AnnouncesPort = Chance(0.5),
        };
        var swallows = Chance(0.05);
        var path = entropy.Below(plan.Paths.Count);
        if (swallows)
        {
            more = Swallow(more, path);
        }

        var (leaves, byClient, unread) = (Chance(0.05), Chance(0.5), 1 + entropy.Below(MostUnread));
        var (vanishes, after) = (Chance(0.05), Duration.FromMillis(entropy.Below(300)));
        var gathers = (Chance(0.5), Chance(0.5));
        more = more with { Gathers = (plan.Offloads.Client && gathers.Item1, plan.Offloads.Server && gathers.Item2) };
        if (more.Abort is not null)
        {
            return more;
        }

        return leaves ? Asking(more) with { Unread = (byClient, unread) }
            : vanishes ? Asking(more) with { Vanish = (byClient, after) }
            : more;

        bool Chance(double probability) => entropy.NextDouble() < probability;
    }

    // On the first path the connection ends up as plain TCP there, so that its link must not fail.
    private static TransferPlan Swallow(TransferPlan plan, int path)
    {
        path = path == 0 && plan.Changes.Any(change => change is StateChange { Link: 0 }) ? 1 : path;
        var paths = plan.Paths.ToArray();
        var box = new BoxPlan("drops MPTCP SYN/ACKs", () => new DropMptcpSyns(onlyAnswers: true));
        paths[path] = new PathPlan(paths[path].Knobs, [.. paths[path].Boxes, box])
        {
            IsBackup = paths[path].IsBackup,
            CostClass = paths[path].CostClass,
            JoinsAfter = paths[path].JoinsAfter,
        };
        return plan with { Paths = paths, MayFallBack = plan.MayFallBack || path == 0 };
    }

    // Who is left, and waits for something, learns of it only when it asks.
    private static TransferPlan Asking(TransferPlan plan)
    {
        var keepAlive = plan.Client.KeepAlive ?? Duration.FromSeconds(5);
        return plan with
        {
            Client = plan.Client with { KeepAlive = keepAlive },
            Server = plan.Server with { KeepAlive = keepAlive },
        };
    }
}
