using System.Net.Sockets;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Sockets;

namespace Multipath.Interop.Tests.Support;

/// <summary>Both ends of a connection.</summary>
/// <param name="Ours">The end in our stack.</param>
/// <param name="Theirs">The end in the kernel.</param>
/// <param name="Port">The server's.</param>
internal sealed record Pair(MultipathStream Ours, NetworkStream Theirs, int Port)
{
    /// <summary>What the kernel says of its end.</summary>
    internal MptcpSocket Kernel { get; } = MptcpSocket.Of(Theirs.Socket);

    /// <summary>The kernel's token; 0 once it is plain TCP.</summary>
    internal uint KernelToken => Kernel.Info?.Token ?? 0;
}
