using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// The kernel's settings that the agent needs, and what they were before. Connections opened from now on are ours; older ones stay the
/// kernel's.
/// A graceful stop puts everything back: connections opened while no agent runs are then the kernel's to manage.
/// </summary>
internal sealed class KernelSettings
{
    /// <summary>A subflow that lost one retransmission timeout is passed over: the safety net below the reflexes (default 4).</summary>
    private const string StaleLossCount = "stale_loss_cnt";

    private readonly MptcpSysctls _sysctls;
    private readonly PathManagerType? _pathManager;
    private readonly string? _staleLossCount;

    private KernelSettings(MptcpSysctls sysctls)
    {
        _sysctls = sysctls;
        _pathManager = sysctls.PathManager;
        _staleLossCount = sysctls.Read(StaleLossCount);
    }

    /// <summary>Makes the settings.</summary>
    /// <param name="sysctls">Of the network namespace.</param>
    /// <returns>What to put back at the end, or why the agent cannot work here.</returns>
    public static (KernelSettings? Settings, string Error) Apply(MptcpSysctls sysctls)
    {
        if (sysctls.PathManager is null)
        {
            return (null, KernelAdvice.NeedMptcp);
        }

        if (!sysctls.Enabled)
        {
            return (null, KernelAdvice.NeedEnabled);
        }

        var settings = new KernelSettings(sysctls);
        if (sysctls.SetPathManager(PathManagerType.Userspace) is { } refused)
        {
            return (null, refused.ToString());
        }

        // Kernels before 5.17 have none; everything works without it.
        _ = sysctls.Write(StaleLossCount, "1");
        return (settings, "");
    }

    /// <summary>Puts back what was before.</summary>
    public void Restore()
    {
        if (_pathManager is { } type)
        {
            _ = _sysctls.SetPathManager(type);
        }

        if (_staleLossCount is { } count)
        {
            _ = _sysctls.Write(StaleLossCount, count);
        }
    }
}
