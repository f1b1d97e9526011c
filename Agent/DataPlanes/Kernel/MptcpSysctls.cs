using System.Globalization;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>The sysctls net.mptcp.* of one network namespace. They are read anew at each call.</summary>
/// <param name="netns">Null for the namespace of this process.</param>
/// <param name="folder">
/// Where the files are; null for /proc/sys/net/mptcp, which a container sees read-only and needs mounted elsewhere.
/// </param>
internal sealed class MptcpSysctls(string? netns, string? folder = null)
{
    /// <summary>The sysctls as files.</summary>
    internal SysctlFolder Files { get; } = new(netns, "net.mptcp", folder);

    /// <summary>Whether the kernel has MPTCP, and it is switched on.</summary>
    internal bool Enabled => Files.Read("enabled") == "1";

    /// <summary>Who manages the paths of connections to come; null without MPTCP.</summary>
    /// <remarks>
    /// Linux 6.15 has path_manager (kernel, userspace); before it pm_type says 0 or 1. A connection keeps what held when its socket was
    /// made.
    /// </remarks>
    internal PathManagerType? PathManager => (Files.Read("path_manager"), Files.Read("pm_type")) switch
    {
        ("userspace", _) or (null, "1") => PathManagerType.Userspace,
        ("kernel", _) or (null, "0") => PathManagerType.Kernel,
        _ => null,
    };

    /// <summary>Packet schedulers that can be chosen.</summary>
    internal IReadOnlyList<string> AvailableSchedulers =>
        Files.Read("available_schedulers")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>The packet scheduler of connections to come; null before Linux 6.8.</summary>
    internal string? Scheduler => Files.Read("scheduler");

    /// <summary>Retransmit intervals without progress after which a subflow is passed over (4 by default).</summary>
    internal int? StaleLossCount => int.TryParse(Files.Read("stale_loss_cnt"), CultureInfo.InvariantCulture, out var count) ? count : null;

    /// <summary>Which sysctl has to be what for a program to manage the paths of connections to come.</summary>
    internal (string Name, string Value) UserspacePathManager =>
        Files.Read("path_manager") is not null ? ("path_manager", "userspace") : ("pm_type", "1");
}

/// <summary>Who makes subflows and announces addresses.</summary>
internal enum PathManagerType
{
    /// <summary>The kernel, by endpoints and limits.</summary>
    Kernel,

    /// <summary>A program, by commands.</summary>
    Userspace,
}
