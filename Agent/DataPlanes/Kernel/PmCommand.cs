namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>Commands of the generic netlink family mptcp_pm (linux/mptcp_pm.h).</summary>
internal enum PmCommand : byte
{
    AddAddress = 1,
    DeleteAddress = 2,
    GetAddress = 3,
    FlushAddresses = 4,
    SetLimits = 5,
    GetLimits = 6,
    SetFlags = 7,
    Announce = 8,
    Remove = 9,
    CreateSubflow = 10,
    DestroySubflow = 11,
}
