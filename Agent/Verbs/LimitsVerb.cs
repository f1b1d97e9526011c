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
        var subflows = new Option<uint?>("--subflows") { Description = "Subflows beside the initial one, at most 8.", HelpName = "N" };
        var accepted = new Option<uint?>("--accept") { Description = "Announced addresses to use, at most 8.", HelpName = "N" };
        var command = new Command("set", "Change the limits; what is not given stays.") { subflows, accepted };
        command.Validators.Add(result =>
        {
            if (result.GetValue(subflows) is null && result.GetValue(accepted) is null)
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
}
