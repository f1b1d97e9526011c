using System.CommandLine;
using Multipath.Agent.Control;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Verbs;

/// <summary>The argument and the option that name a connection, whichever plane has it.</summary>
internal sealed class ConnectionSelector
{
    private readonly Argument<uint> _token = Values.Token();

    private readonly Option<string?> _plane = new("--plane")
    {
        Description = "The plane that has the connection, as `mpagent connections` shows it; looked up in all of them by default.",
        HelpName = "PLANE",
    };

    internal void AddTo(Command command)
    {
        command.Add(_token);
        command.Add(_plane);
    }

    /// <summary>Looks the connection up.</summary>
    /// <exception cref="InvalidOperationException">There is none, or several planes have one with that token.</exception>
    /// <exception cref="KernelException">The kernel's cannot be looked up, and there is no stack.</exception>
    internal SteeredConnection Find(VerbContext context)
    {
        var (token, plane) = (context.Arguments.GetValue(_token), context.Arguments.GetValue(_plane));
        var all = context.Stacks();
        var stacks = all.Where(one => plane is null || one.Plane == plane).ToArray();
        var kernel = plane is null or ConnectionView.Kernel ? context.OpenKernel(stacks) : null;
        SteeredConnection[] found = [.. Find(kernel, token), .. stacks.SelectMany(stack => Find(stack, token))];
        if (found is [{ Plane: ConnectionView.Kernel } kernels])
        {
            return kernels;
        }

        kernel?.Dispose();
        if (found is [var only])
        {
            return only;
        }

        string[] planes = kernel is null ? [] : [ConnectionView.Kernel];
        planes = [.. planes, .. stacks.Select(stack => stack.Plane)];
        var name = Values.Hex(token);
        throw new InvalidOperationException((planes, found) switch
        {
            ([], _) => $"There is no plane '{plane}' here; there are: {string.Join(", ", all.Select(one => one.Plane).Prepend("kernel"))}.",
            (_, []) => $"There is no connection {name} on {string.Join(" or ", planes)}; `mpagent connections` lists those that are.",
            _ => $"{string.Join(" and ", found.Select(one => one.Plane))} both have a connection {name}; say which is meant, as in "
                + $"--plane {found[0].Plane}.",
        });
    }

    private static IEnumerable<SteeredConnection> Find(KernelDataPlane? kernel, uint token) =>
        kernel?.Snapshot().Find(token) is { } held ? [new SteeredConnection(kernel, held)] : [];

    private static IEnumerable<SteeredConnection> Find(StackAgent stack, uint token) =>
        from held in stack.Connections()
        where held.Multipath && held.Token == Values.Hex(token)
        select new SteeredConnection(stack, held, token);
}
