using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.Control;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;

namespace Multipath.Agent.Verbs;

/// <summary>A subflow as a verb picks it.</summary>
/// <param name="Tuple">Its ends, as commands need them.</param>
/// <param name="LocalId">This host's id of the local address.</param>
internal readonly record struct SteeredSubflow(FourTuple Tuple, byte LocalId);

/// <summary>A connection that a verb changes: the kernel's, or one of a userspace stack, whose agent is told what to do.</summary>
internal sealed class SteeredConnection : IDisposable
{
    private readonly KernelDataPlane? _kernel;
    private readonly StackAgent? _stack;

    /// <summary>One of the kernel.</summary>
    /// <param name="kernel">Owned from now on.</param>
    /// <param name="held">The connection.</param>
    internal SteeredConnection(KernelDataPlane kernel, MptcpConnection held)
    {
        (_kernel, Commands, Plane, Token) = (kernel, new KernelPlane(kernel), ConnectionView.Kernel, held.Token);
        (Local, Remote) = (Plain(held.Tuple.Local), Plain(held.Tuple.Remote));
        Subflows = [.. held.Subflows.Select(one => new SteeredSubflow(one.Tuple, one.LocalId))];
    }

    /// <summary>One of a userspace stack.</summary>
    /// <param name="stack">Owned from now on.</param>
    /// <param name="held">The connection.</param>
    /// <param name="token">Its token.</param>
    internal SteeredConnection(StackAgent stack, ConnectionView held, uint token)
    {
        (_stack, Commands, Plane, Token) = (stack, stack, stack.Plane, token);
        (Local, Remote) = (IPEndPoint.Parse(held.Local), IPEndPoint.Parse(held.Remote));
        Subflows = [.. held.Subflows.Select(one => new SteeredSubflow(Ends(one), one.LocalId))];
    }

    /// <summary>Who has it, as <c>mpagent connections</c> shows it.</summary>
    internal string Plane { get; }

    internal uint Token { get; }

    /// <summary>This end of the first subflow, IPv4 as IPv4, even when that is gone.</summary>
    internal IPEndPoint Local { get; }

    /// <summary>The peer's end of the first subflow.</summary>
    internal IPEndPoint Remote { get; }

    internal ImmutableArray<SteeredSubflow> Subflows { get; }

    /// <summary>Changes it.</summary>
    internal IPathCommands Commands { get; }

    /// <summary>Closes the socket of a subflow, whoever manages the connection; a stack manages all of its own.</summary>
    internal KernelError? Reset(in FourTuple subflow) =>
        _stack is null ? _kernel!.Reset(subflow) : _stack.Destroy(Token, subflow);

    /// <summary>Listens; nothing is missed from now on.</summary>
    internal async Task<IAsyncEnumerable<EventView>> ListenAsync(CancellationToken cancellation) =>
        _stack is null ? EventsVerb.Kernels(_kernel!, cancellation) : await _stack.ListenAsync(cancellation);

    /// <summary>The id that a local address has on it, or the lowest that is free.</summary>
    internal byte IdFor(IPAddress local)
    {
        // The kernel takes no subflow with id 0, and the stack no other for the address that the connection began on.
        if (_stack is not null && local.Equals(Local.Address))
        {
            return 0;
        }

        foreach (var subflow in Subflows)
        {
            if (subflow.LocalId != 0 && subflow.Tuple.LocalAddress.MapToIPv6().Equals(local.MapToIPv6()))
            {
                return subflow.LocalId;
            }
        }

        var used = Subflows.Select(one => one.LocalId).ToHashSet();
        return (byte)Enumerable.Range(1, byte.MaxValue).First(id => !used.Contains((byte)id));
    }

    /// <summary>Refuses an address that the stack does not have; the kernel says so by itself.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    internal void CheckLocal(IPAddress address)
    {
        var own = _stack?.Stack().Paths.Select(path => path.Address).ToArray();
        if (own?.Contains($"{address}") == false)
        {
            throw new InvalidOperationException(
                $"{Plane} does not have the address {address}; it has {string.Join(", ", own)}, as `mpagent paths` lists them.");
        }
    }

    public void Dispose()
    {
        _kernel?.Dispose();
        _stack?.Dispose();
    }

    private static IPEndPoint Plain(IPEndPoint end) => end.Address.IsIPv4MappedToIPv6 ? new(end.Address.MapToIPv4(), end.Port) : end;

    private static FourTuple Ends(SubflowView view)
    {
        var (local, remote) = (IPEndPoint.Parse(view.Local), IPEndPoint.Parse(view.Remote));
        return new FourTuple(local.Address, (ushort)local.Port, remote.Address, (ushort)remote.Port);
    }
}
