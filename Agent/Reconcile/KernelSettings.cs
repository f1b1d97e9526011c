using System.Globalization;
using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Reconcile;

/// <summary>
/// The kernel's settings that the agent needs, and what they were before. Connections opened from now on are ours; older ones stay the
/// kernel's.
/// A graceful stop puts everything back: connections opened while no agent runs are then the kernel's to manage. What they were is
/// remembered in a file, for an agent that is killed puts nothing back, and the next one would take its settings for the host's own.
/// </summary>
internal sealed class KernelSettings : IHostScheduler
{
    /// <summary>A subflow that lost one retransmission timeout is passed over: the safety net below the reflexes (default 4).</summary>
    private const string StaleLossCount = "stale_loss_cnt";

    /// <summary>Bytes that a socket of TCP may hold without having sent them (Documentation/networking/ip-sysctl.rst).</summary>
    private const string UnsentLimit = "tcp_notsent_lowat";

    private const string SchedulerName = "scheduler";

    private readonly MptcpSysctls _sysctls;
    private readonly SysctlFolder _tcp;
    private readonly OwnSettingsFile? _file;

    /// <summary>In the order of the changes.</summary>
    private readonly List<OwnSetting> _changed = [];

    /// <summary>Of an earlier agent that was killed, and still in force.</summary>
    private readonly List<OwnSetting> _left = [];

    private KernelSettings(MptcpSysctls sysctls, SysctlFolder tcp, OwnSettingsFile? file)
    {
        (_sysctls, _tcp, _file) = (sysctls, tcp, file);
        Guarded(() => _left.AddRange(file?.Load().Where(one => Read(one.Name) == one.Ours) ?? []));
    }

    /// <summary>Why what the settings were cannot be remembered; null when it is, or need not be.</summary>
    public string? Trouble { get; private set; }

    public string Usual =>
        _changed.Find(one => one.Name == _sysctls.Files.NameOf(SchedulerName))?.Before ?? _sysctls.Scheduler ?? "default";

    public IReadOnlyList<string> Available => _sysctls.AvailableSchedulers;

    /// <summary>The sysctls of TCP.</summary>
    /// <param name="netns">Null for the namespace of this process.</param>
    public static SysctlFolder Tcp(string? netns) => new(netns, "net.ipv4");

    /// <summary>Makes the settings.</summary>
    /// <param name="sysctls">Of the network namespace.</param>
    /// <param name="tcp">Of the same.</param>
    /// <param name="unsentLimit">In bytes; null leaves the host's.</param>
    /// <param name="file">Where it is remembered what they were; null for nowhere.</param>
    /// <returns>What to put back at the end, or why the agent cannot work here; then nothing is changed.</returns>
    public static (KernelSettings? Settings, string Error) Apply(
        MptcpSysctls sysctls, SysctlFolder tcp, int? unsentLimit = null, OwnSettingsFile? file = null)
    {
        if (sysctls.PathManager is null)
        {
            return (null, sysctls.Files.Missing is { } folder ? $"There is no folder {folder} with net.mptcp.*." : KernelAdvice.NeedMptcp);
        }

        if (!sysctls.Enabled)
        {
            return (null, KernelAdvice.NeedEnabled);
        }

        var settings = new KernelSettings(sysctls, tcp, file);
        var error = unsentLimit is { } limit ? settings.Change(tcp, UnsentLimit, limit.ToString(CultureInfo.InvariantCulture)) : null;
        var (name, ours) = sysctls.UserspacePathManager;
        error ??= settings.Change(sysctls.Files, name, ours);
        if (error is not null)
        {
            settings.Restore();
            return (null, error.ToString());
        }

        // Kernels before 5.17 have none; everything works without it.
        _ = settings.Change(sysctls.Files, StaleLossCount, "1");
        settings.PutBackLeft();
        return (settings, "");
    }

    public KernelError? Set(string scheduler) => Change(_sysctls.Files, SchedulerName, scheduler);

    /// <summary>Puts back what was before, the last change first.</summary>
    public void Restore()
    {
        for (; _changed.Count > 0; _changed.RemoveAt(_changed.Count - 1))
        {
            Write(_changed[^1].Name, _changed[^1].Before);
        }

        PutBackLeft();
    }

    private KernelError? Change(SysctlFolder folder, string name, string value)
    {
        var full = folder.NameOf(name);
        var known = _changed.Find(one => one.Name == full);
        var before = known?.Before ?? _left.Find(one => one.Name == full)?.Before ?? folder.Read(name);
        if (before is null)
        {
            return folder.Write(name, value);
        }

        var left = _left.RemoveAll(one => one.Name == full) > 0;
        var at = known is null ? _changed.Count : _changed.IndexOf(known);
        _changed.RemoveRange(at, known is null ? 0 : 1);
        _changed.Insert(at, new OwnSetting(full, before, value));
        Remember();
        var error = folder.Write(name, value);
        if (error is not null && known is null && !left)
        {
            _changed.RemoveAt(at);
            Remember();
        }

        return error;
    }

    /// <summary>What an earlier agent changed and this one does not need.</summary>
    private void PutBackLeft()
    {
        _left.ForEach(one => Write(one.Name, one.Before));
        _left.Clear();
        Remember();
    }

    private void Remember() => Guarded(() => _file?.Save([.. _left, .. _changed]));

    private string? Read(string name) => FolderOf(name) is { } folder ? folder.Read(Last(name)) : null;

    private void Write(string name, string value) => FolderOf(name)?.Write(Last(name), value);

    private SysctlFolder? FolderOf(string name) =>
        new[] { _sysctls.Files, _tcp }.FirstOrDefault(folder => !Last(name).Contains('/') && folder.NameOf(Last(name)) == name);

    private static string Last(string name) => name[(name.LastIndexOf('.') + 1)..];

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Trouble = $"the kernel's settings before this agent cannot be remembered in {_file?.FileName}: {e.Message}";
        }
    }
}
