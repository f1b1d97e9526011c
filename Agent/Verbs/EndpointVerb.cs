using System.CommandLine;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Inventory;

namespace Multipath.Agent.Verbs;

/// <summary><c>mpagent endpoint add|del|list</c>: the addresses that the in-kernel path manager works with.</summary>
internal static class EndpointVerb
{
    private static readonly (Option<bool> Option, EndpointFlags Flag)[] Flags =
    [
        (new("--signal") { Description = "Announce the address to peers." }, EndpointFlags.Signal),
        (new("--subflow") { Description = "Make subflows from the address (the default without --signal)." }, EndpointFlags.Subflow),
        (new("--backup") { Description = "Its subflows are backup." }, EndpointFlags.Backup),
        (new("--fullmesh") { Description = "Make a subflow to each address of the peer." }, EndpointFlags.FullMesh),
    ];

    internal static Command Create() => new("endpoint", "Addresses of the in-kernel path manager, for the connections it manages.")
    {
        CreateAdd(),
        CreateDelete(),
        CreateList(),
    };

    private static Command CreateAdd()
    {
        var address = Values.Address("A local address.");
        var id = new Option<byte>("--id")
        {
            Description = "Its id on the wire; the kernel chooses one if none is given.",
            CustomParser = Values.Whole<byte>,
        };
        var port = new Option<ushort>("--port")
        {
            Description = "Announce this port too; the kernel listens there. Only with --signal.",
            CustomParser = Values.Whole<ushort>,
        };
        var device = new Option<string?>("--dev") { Description = "Bind its subflows to this interface.", HelpName = "INTERFACE" };
        var command = new Command("add", "Add an endpoint.") { address, id, port, device };
        Array.ForEach(Flags, f => command.Add(f.Option));
        VerbContext.Run(command, context =>
        {
            var flags = Flags.Where(f => context.Arguments.GetValue(f.Option)).Aggregate(EndpointFlags.None, (all, f) => all | f.Flag);
            if ((flags & (EndpointFlags.Signal | EndpointFlags.Subflow)) == 0)
            {
                flags |= EndpointFlags.Subflow;
            }

            var endpoint = new PmAddress(context.Arguments.GetRequiredValue(address), context.Arguments.GetValue(port),
                context.Arguments.GetValue(id), flags, InterfaceIndex(context, context.Arguments.GetValue(device)));
            using var plane = KernelDataPlane.Open(context.Netns);
            return context.Finish(plane.PathManager.AddEndpoint(endpoint), $"endpoint {endpoint} added");
        });
        return command;
    }

    private static Command CreateDelete()
    {
        var id = new Argument<byte>("ID") { Description = "As `mpagent endpoint list` shows it.", CustomParser = Values.Whole<byte> };
        var command = new Command("del", "Delete an endpoint by its id, and close its subflows.") { id };
        VerbContext.Run(command, context =>
        {
            var value = context.Arguments.GetValue(id);
            using var plane = KernelDataPlane.Open(context.Netns);
            return context.Finish(plane.PathManager.DeleteEndpoint(value), $"endpoint {value} deleted");
        });
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("list", "List endpoints.") { CommonOptions.Output };
        VerbContext.Run(command, context =>
        {
            using var plane = KernelDataPlane.Open(context.Netns);
            var endpoints = plane.PathManager.Endpoints();
            if (context.Json)
            {
                return context.PrintJson(endpoints.Select(e => new
                {
                    e.Id,
                    Address = e.Address.ToString(),
                    e.Port,
                    Flags = FlagNames(e.Flags),
                    e.InterfaceIndex,
                }));
            }

            var table = new Table("ID", "ADDRESS", "PORT", "FLAGS", "INTERFACE");
            var links = InventoryWatcher.Read(context.Netns).Links;
            foreach (var e in endpoints)
            {
                table.Add(Values.Number(e.Id), e.Address.ToString(), e.Port == 0 ? "-" : Values.Number(e.Port),
                    string.Join(',', FlagNames(e.Flags)), links.TryGetValue(e.InterfaceIndex, out var link) ? link.Name : "-");
            }

            table.Print(context.Output);
            return Root.ExitDone;
        });
        return command;
    }

    private static IEnumerable<string> FlagNames(EndpointFlags flags) => Enum.GetValues<EndpointFlags>()
        .Where(f => f != EndpointFlags.None && flags.HasFlag(f)).Select(f => f.ToString().ToLowerInvariant());

    private static int InterfaceIndex(VerbContext context, string? name) => name is null
        ? 0
        : InventoryWatcher.Read(context.Netns).Links.Values.FirstOrDefault(l => l.Name == name)?.Index
            ?? throw new InvalidOperationException($"There is no interface '{name}'; `mpagent paths` lists those with addresses.");
}
