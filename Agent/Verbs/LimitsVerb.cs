using System.CommandLine;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Namespaces;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent limits get|set</c>: how much the in-kernel path manager may do on each connection.</summary>
internal static class LimitsVerb
{
    internal static Command Create() => new("limits", "How many subflows and announced addresses the kernel allows on each connection.")
    {
        CreateGet(),
        CreateSet(),
    };

    private static Command CreateGet()
    {
        var command = new Command("get", "Show the limits.") { CommonOptions.Output };
        VerbContext.Run(command, context =>
        {
            using var manager = NetNamespace.Run(context.Netns, PathManager.Open);
            var limits = manager.Limits();
            if (context.Json)
            {
                return context.PrintJson(limits);
            }

            var table = new Table("SUBFLOWS", "ACCEPTED ADDRESSES");
            table.Add(Values.Number(limits.Subflows), Values.Number(limits.AcceptedAddresses));
            table.Print(context.Output);
            return Root.ExitDone;
        });
        return command;
    }

    private static Command CreateSet()
    {
        var subflows = Limit("--subflows", "Subflows beside the initial one, at most 8.");
        var accepted = Limit("--accept", "Announced addresses to use, at most 8.");
        var command = new Command("set", "Change the limits; what is not given stays.") { subflows, accepted };
        command.Validators.Add(result =>
        {
            if (result.GetResult(subflows) is null && result.GetResult(accepted) is null)
            {
                result.AddError("Give --subflows, --accept or both.");
            }
        });
        VerbContext.Run(command, context =>
        {
            using var manager = NetNamespace.Run(context.Netns, PathManager.Open);
            var old = manager.Limits();
            var limits = new PmLimits(context.Arguments.GetValue(subflows) ?? old.Subflows,
                context.Arguments.GetValue(accepted) ?? old.AcceptedAddresses);
            return context.Finish(manager.SetLimits(limits),
                $"limits: {limits.Subflows} subflows, {limits.AcceptedAddresses} accepted addresses");
        });
        return command;
    }

    /// <summary>The bound is the kernel's own (MPTCP_PM_ADDR_MAX).</summary>
    private static Option<uint?> Limit(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Values.Whole<uint>(result, 0, 8),
    };
}
