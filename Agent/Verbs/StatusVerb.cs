using System.CommandLine;
using Multipath.Agent.Control;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Inventory;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Verbs;

/// <summary>
/// <c>mpagent status</c>: can this host speak MPTCP, who manages its paths, and how does it do; and the userspace stacks of its agents.
/// </summary>
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
        var agents = context.Stacks();
        var stacks = agents.Select(agent => agent.Stack()).ToArray();
        if (all.Count == 0 && stacks.Length == 0)
        {
            return context.Fail(KernelAdvice.NeedMptcp);
        }

        var counters = MptcpCounters.Read(context.Netns);
        var paths = InventoryWatcher.Read(context.Netns).Paths();
        var connections = Connections(context, agents);
        if (context.Json)
        {
            return context.PrintJson(new
            {
                Enabled = sysctls.Enabled,
                PathManager = sysctls.PathManager?.ToString().ToLowerInvariant(),
                Connections = connections,
                PathsUp = paths.Count(p => p.IsUp),
                Paths = paths.Length,
                Sysctls = all,
                Counters = counters,
                Stacks = stacks,
            });
        }

        var table = new Table("ITEM", "VALUE");
        if (all.Count == 0)
        {
            table.Add("mptcp", "none in this kernel; programs have that of the stack below");
        }
        else
        {
            table.Add("mptcp", sysctls.Enabled ? "on" : $"off. {KernelAdvice.NeedEnabled}");
            table.Add("path manager", sysctls.PathManager?.ToString().ToLowerInvariant() ?? "unknown");
            table.Add("scheduler", sysctls.Scheduler ?? "default");
            table.Add("connections", connections is { } count ? Values.Number(count) : $"unknown. {KernelAdvice.NeedRoot}");
        }

        table.Add("paths", $"{paths.Count(p => p.IsUp)} of {paths.Length} up");
        foreach (var name in Telling.Where(n => counters.GetValueOrDefault(n) > 0))
        {
            table.Add(name, Values.Number(counters[name]));
        }

        Array.ForEach(stacks, stack => Add(table, stack));
        table.Print(context.Output);
        return Root.ExitDone;
    }

    private static void Add(Table table, StackView stack)
    {
        var plain = stack.Plain > 0 ? $", and {Values.Number(stack.Plain)} of plain TCP" : "";
        table.Add($"stack {stack.Plane}", $"userspace, of the agent of host {stack.Host}, process {Values.Number(stack.ProcessId)}");
        table.Add("  proxy", stack.Proxy is { } proxy ? $"socks5 {proxy}" : "none");
        table.Add("  connections", $"{Values.Number(stack.Multipath)}{plain}");
        table.Add("  paths", $"{stack.Paths.Count(p => p.Up)} of {stack.Paths.Count} up");
        foreach (var (name, value) in stack.Counters.Where(one => one.Value > 0))
        {
            table.Add($"  {name}", Values.Number((long)value));
        }
    }

    private static int? Connections(VerbContext context, IReadOnlyList<StackAgent> agents)
    {
        if (Libc.EffectiveUserId() != 0)
        {
            return null;
        }

        using var plane = context.OpenKernel(agents);
        return plane?.Snapshot().Connections.Length;
    }
}
