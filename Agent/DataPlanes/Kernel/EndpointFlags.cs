namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>Flags of an address (linux/mptcp_pm.h, MPTCP_PM_ADDR_FLAG_*).</summary>
[Flags]
internal enum EndpointFlags : uint
{
    None = 0,

    /// <summary>Announced to the peer.</summary>
    Signal = 1,

    /// <summary>Subflows are created from it.</summary>
    Subflow = 2,

    /// <summary>Its subflows are backup.</summary>
    Backup = 4,

    /// <summary>A subflow to every address of the peer, not only to the first.</summary>
    FullMesh = 8,

    /// <summary>Made by the kernel itself, for a local address of an accepted join.</summary>
    Implicit = 16,

    /// <summary>Used to answer announced addresses only (Linux 6.18).</summary>
    Laminar = 32,
}
