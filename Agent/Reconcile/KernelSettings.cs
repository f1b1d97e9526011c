using System.Globalization;
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

    /// <summary>Bytes that a socket of TCP may hold without having sent them (Documentation/networking/ip-sysctl.rst).</summary>
    private const string UnsentLimit = "tcp_notsent_lowat";

    private readonly Stack<Action> _putBack = [];

    private KernelSettings()
    {
    }

    /// <summary>The sysctls of TCP.</summary>
    /// <param name="netns">Null for the namespace of this process.</param>
    public static SysctlFolder Tcp(string? netns) => new(netns, "net.ipv4");

    /// <summary>Makes the settings.</summary>
    /// <param name="sysctls">Of the network namespace.</param>
    /// <param name="tcp">Of the same.</param>
    /// <param name="unsentLimit">In bytes; null leaves the host's.</param>
    /// <returns>What to put back at the end, or why the agent cannot work here; then nothing is changed.</returns>
    public static (KernelSettings? Settings, string Error) Apply(MptcpSysctls sysctls, SysctlFolder tcp, int? unsentLimit = null)
    {
        if (sysctls.PathManager is not { } before)
        {
            return (null, KernelAdvice.NeedMptcp);
        }

        if (!sysctls.Enabled)
        {
            return (null, KernelAdvice.NeedEnabled);
        }

        var settings = new KernelSettings();
        if (unsentLimit is { } limit
            && settings.Change(tcp, UnsentLimit, limit.ToString(CultureInfo.InvariantCulture)) is { } unlimited)
        {
            return (null, unlimited.ToString());
        }

        if (sysctls.SetPathManager(PathManagerType.Userspace) is { } refused)
        {
            settings.Restore();
            return (null, refused.ToString());
        }

        settings._putBack.Push(() => sysctls.SetPathManager(before));

        // Kernels before 5.17 have none; everything works without it.
        _ = settings.Change(sysctls.Files, StaleLossCount, "1");
        return (settings, "");
    }

    /// <summary>Puts back what was before, the last change first.</summary>
    public void Restore()
    {
        while (_putBack.TryPop(out var putBack))
        {
            putBack();
        }
    }

    private KernelError? Change(SysctlFolder folder, string name, string value)
    {
        var before = folder.Read(name);
        var error = folder.Write(name, value);
        if (error is null && before is not null)
        {
            _putBack.Push(() => folder.Write(name, before));
        }

        return error;
    }
}
