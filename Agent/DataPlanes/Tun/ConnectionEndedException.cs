using Multipath.Protocol;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>A connection of the userspace stack is over, or never came to be.</summary>
/// <param name="reason">Why.</param>
public sealed class ConnectionEndedException(EndReason reason)
    : IOException(reason == EndReason.Finished ? "The connection is closed." : $"The connection ended: {reason}.")
{
    /// <summary>Why.</summary>
    public EndReason Reason { get; } = reason;
}
