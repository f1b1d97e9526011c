using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Paths;

/// <summary>What an endpoint is for; the values of MPTCP_PM_ADDR_FLAG_* (include/uapi/linux/mptcp.h).</summary>
[Flags]
public enum PathEndpointFlags : byte
{
    /// <summary>For nothing but its id.</summary>
    None = 0,

    /// <summary>Its address is announced to the peer.</summary>
    Signal = 1,

    /// <summary>Subflows are opened from it to the peer's first address.</summary>
    Subflow = 2,

    /// <summary>Its subflows are backups.</summary>
    Backup = 4,

    /// <summary>Its subflows go to every address of the peer.</summary>
    FullMesh = 8,

    /// <summary>Nobody set it: it gives an id to an address that a subflow uses.</summary>
    Implicit = 16,
}

/// <summary>A local address that connections may use.</summary>
/// <param name="Id">1 to 255.</param>
/// <param name="Address">The address; a port only if it is to be announced with one.</param>
/// <param name="Flags">What it is for.</param>
public sealed record PathEndpoint(byte Id, Endpoint Address, PathEndpointFlags Flags)
{
    /// <summary>Whether all of some flags are set.</summary>
    /// <param name="flags">The flags.</param>
    public bool Has(PathEndpointFlags flags) => (Flags & flags) == flags;
}

/// <summary>What the rules may make of one connection (net/mptcp/pm_kernel.c, pm_nl_init_net and parse_limit).</summary>
/// <param name="Subflows">Subflows beside the first one, 0 to 8.</param>
/// <param name="AddressesAccepted">Announced addresses that subflows are opened to, 0 to 8.</param>
public sealed record PathLimits(int Subflows, int AddressesAccepted)
{
    /// <summary>MPTCP_PM_ADDR_MAX: the most endpoints, and the highest value of a limit.</summary>
    public const int Max = 8;

    /// <summary>What the kernel starts with: two subflows, no announced address accepted.</summary>
    public static PathLimits Default { get; } = new(2, 0);
}
