using System.CommandLine;
using Multipath.Agent.Inventory;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent paths</c>: the ways out of this host.</summary>
internal static class PathsVerb
{
    internal static Command Create()
    {
        var command = new Command("paths", "List the ways out of this host: each usable local address with its interface and gateway.")
        {
            CommonOptions.Output,
        };
        VerbContext.Run(command, Run);
        return command;
    }

    private static int Run(VerbContext context)
    {
        var paths = InventoryWatcher.Read(context.Netns).Paths();
        if (context.Json)
        {
            return context.PrintJson(paths.Select(p => new
            {
                Interface = p.Interface.Name,
                p.Interface.Index,
                Address = p.Address.Address.ToString(),
                p.Address.PrefixLength,
                Gateway = p.Gateway?.ToString(),
                Up = p.IsUp,
                State = p.Interface.State.ToString(),
                p.Interface.Mtu,
            }));
        }

        var table = new Table("INTERFACE", "ADDRESS", "GATEWAY", "STATE", "MTU");
        foreach (var path in paths)
        {
            table.Add(path.Interface.Name, $"{path.Address.Address}/{path.Address.PrefixLength}", path.Gateway?.ToString() ?? "-",
                path.IsUp ? "up" : "down", Values.Number(path.Interface.Mtu));
        }

        table.Print(context.Output);
        return Root.ExitDone;
    }
}
