using Multipath.Protocol.Paths;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// The rules of the kernel's path manager on a stack: endpoints and limits, as <c>ip mptcp</c> sets them for the kernel. A connection
/// follows them when it is made with <see cref="Create"/> as its path manager. All members may be called from any thread.
/// </summary>
public sealed class TunPaths
{
    private readonly TunShard _stack;

    internal TunPaths(TunShard stack)
    {
        _stack = stack;
    }

    /// <summary>What to make connections with: <c>new ConnectionOptions { PathManager = stack.KernelPaths.Create }</c>.</summary>
    public Func<IPathManager> Create => _stack.Handler.Stack.Paths.Kernel.Create;

    /// <summary>Sets the limits; they count from the next event of each connection on.</summary>
    /// <param name="limits">Each 0 to 8.</param>
    /// <exception cref="IOException">The stack has ended.</exception>
    public Task<EndpointResult> SetLimitsAsync(PathLimits limits) =>
        _stack.AskAsync((handler, _) => handler.Stack.Paths.Kernel.SetLimits(limits));

    /// <summary>Adds an endpoint and uses it on every connection.</summary>
    /// <param name="endpoint">One of the stack's addresses; id 0: the next free one.</param>
    /// <exception cref="IOException">The stack has ended.</exception>
    public Task<EndpointResult> AddAsync(PathEndpoint endpoint) =>
        _stack.AskAsync((handler, now) => handler.Stack.Paths.Kernel.Add(endpoint, now));

    /// <summary>Removes an endpoint and what it made on every connection.</summary>
    /// <param name="id">Its id.</param>
    /// <exception cref="IOException">The stack has ended.</exception>
    public Task<EndpointResult> RemoveAsync(byte id) =>
        _stack.AskAsync((handler, now) => handler.Stack.Paths.Kernel.Remove(id, now));

    /// <summary>Changes the flags backup and fullmesh of an endpoint, on every connection.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="flags">The new flags.</param>
    /// <exception cref="IOException">The stack has ended.</exception>
    public Task<EndpointResult> SetFlagsAsync(byte id, PathEndpointFlags flags) =>
        _stack.AskAsync((handler, now) => handler.Stack.Paths.Kernel.SetFlags(id, flags, now));
}
