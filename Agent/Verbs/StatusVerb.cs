using System.CommandLine;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Inventory;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent status</c>: can this host speak MPTCP, who manages its paths, and how does it do.</summary>
internal static class StatusVerb
{
    /// <summary>Counters that say something to a person: what fell back, what was joined, what was retransmitted.</summary>
    private static readonly string[] Telling =
    [
        "MPCapableSYNRX", "MPCapableSYNTX", "MPJoinSynAckRx", "MPJoinAckRx", "MPCapableFallbackACK", "MPCapableFallbackSYNACK",
        "DssFallback", "MPTCPRetrans", "SubflowStale", "SubflowRecover", "RmSubflow", "MPRstRx", "MPRstTx",
    ];

    internal static Command Create()
    {
        var command = new Command("status", "Show whether MPTCP works here, who manages paths, and the counters that matter.")
        {
            CommonOptions.Output,
        };
        VerbContext.Run(command, Run);
        return command;
    }

    private static int Run(VerbContext context)
    {
        var sysctls = new MptcpSysctls(context.Netns);
        var all = sysctls.Files.ReadAll();
        if (all.Count == 0)
        {
            return context.Fail(KernelAdvice.NeedMptcp);
        }

        var counters = MptcpCounters.Read(context.Netns);
        var paths = InventoryWatcher.Read(context.Netns).Paths();
        if (context.Json)
        {
            return context.PrintJson(new
            {
                Enabled = sysctls.Enabled,
                PathManager = sysctls.PathManager?.ToString().ToLowerInvariant(),
                Connections = Connections(context),
                PathsUp = paths.Count(p => p.IsUp),
                Paths = paths.Length,
                Sysctls = all,
                Counters = counters,
            });
        }

        var table = new Table("ITEM", "VALUE");
        table.Add("mptcp", sysctls.Enabled ? "on" : $"off. {KernelAdvice.NeedEnabled}");
        table.Add("path manager", sysctls.PathManager?.ToString().ToLowerInvariant() ?? "unknown");
        table.Add("scheduler", sysctls.Scheduler ?? "default");
        table.Add("connections", Connections(context) is { } count ? Values.Number(count) : $"unknown. {KernelAdvice.NeedRoot}");
        table.Add("paths", $"{paths.Count(p => p.IsUp)} of {paths.Length} up");
        foreach (var name in Telling.Where(n => counters.GetValueOrDefault(n) > 0))
        {
            table.Add(name, Values.Number(counters[name]));
        }

        table.Print(context.Output);
        return Root.ExitDone;
    }

    private static int? Connections(VerbContext context)
    {
        if (Libc.EffectiveUserId() != 0)
        {
            return null;
        }

        using var plane = KernelDataPlane.Open(context.Netns);
        return plane.Snapshot().Connections.Length;
    }
}
