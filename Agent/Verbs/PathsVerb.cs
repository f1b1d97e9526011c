using System.CommandLine;
using Multipath.Agent.Control;
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
        var stacks = context.Stacks().Select(stack => stack.Stack()).ToArray();
        if (context.Json)
        {
            return context.PrintJson(paths.Select(View).Concat(stacks.SelectMany(stack => stack.Paths.Select(p => View(stack, p)))));
        }

        var table = new Table("INTERFACE", "ADDRESS", "GATEWAY", "STATE", "MTU", "PLANE");
        foreach (var path in paths)
        {
            table.Add(path.Interface.Name, $"{path.Address.Address}/{path.Address.PrefixLength}", path.Gateway?.ToString() ?? "-",
                path.IsUp ? "up" : "down", Values.Number(path.Interface.Mtu), ConnectionView.Kernel);
        }

        foreach (var stack in stacks)
        {
            foreach (var path in stack.Paths)
            {
                table.Add(
                    path.Interface, path.Address, path.Gateway ?? "-", path.Up ? "up" : "down", Values.Number(path.Mtu), stack.Plane);
            }
        }

        table.Print(context.Output);
        return Root.ExitDone;
    }

    private static object View(LocalPath p) => new
    {
        Plane = ConnectionView.Kernel,
        Interface = p.Interface.Name,
        p.Interface.Index,
        Address = p.Address.Address.ToString(),
        p.Address.PrefixLength,
        Gateway = p.Gateway?.ToString(),
        Up = p.IsUp,
        State = p.Interface.State.ToString(),
        p.Interface.Mtu,
    };

    private static object View(StackView stack, StackPathView p) => new { stack.Plane, p.Interface, p.Address, p.Gateway, p.Up, p.Mtu };
}
