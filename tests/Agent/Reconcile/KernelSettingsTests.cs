using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;

namespace Multipath.Agent.Tests.Reconcile;

public sealed class KernelSettingsTests : IDisposable
{
    private readonly DirectoryInfo _mptcp = Directory.CreateTempSubdirectory("mptcp-");
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("state-");
    private readonly DirectoryInfo _tcp = Directory.CreateTempSubdirectory("tcp-");

    public KernelSettingsTests()
    {
        Set(_mptcp, "enabled", "1");
        Set(_mptcp, "path_manager", "kernel");
        Set(_mptcp, "stale_loss_cnt", "4");
        Set(_tcp, "tcp_notsent_lowat", "4294967295");
    }

    [Fact]
    public void What_was_set_is_put_back()
    {
        var (settings, _) = Apply(unsentLimit: 16384);
        Assert.Equal(("userspace", "1", "16384"), Now());
        settings!.Restore();
        Assert.Equal(("kernel", "4", "4294967295"), Now());
    }

    [Fact]
    public void Tcp_is_left_alone_unless_it_is_asked_for()
    {
        Apply(unsentLimit: null);
        Assert.Equal(("userspace", "1", "4294967295"), Now());
    }

    [Fact]
    public void A_host_without_MPTCP_keeps_all_its_settings()
    {
        Set(_mptcp, "enabled", "0");
        var (settings, error) = Apply(unsentLimit: 16384);
        Assert.Null(settings);
        Assert.Contains("net.mptcp.enabled", error, StringComparison.Ordinal);
        Assert.Equal("4294967295", Read(_tcp, "tcp_notsent_lowat"));
    }

    [Fact]
    public void A_limit_that_cannot_be_set_is_named_and_nothing_else_is_changed()
    {
        File.Delete(FileOf(_tcp, "tcp_notsent_lowat"));
        var (settings, error) = Apply(unsentLimit: 16384);
        Assert.Null(settings);
        Assert.Equal("Cannot set net.ipv4.tcp_notsent_lowat to '16384': ENOENT (this kernel does not have it).", error);
        Assert.Equal(("kernel", "4"), (Read(_mptcp, "path_manager"), Read(_mptcp, "stale_loss_cnt")));
    }

    [Fact]
    public void What_an_agent_that_was_killed_left_is_put_back_by_the_next_one()
    {
        Apply(unsentLimit: 16384, whose: "boot-1");
        var (settings, _) = Apply(unsentLimit: null, whose: "boot-1");
        Assert.Equal(("userspace", "1", "4294967295"), Now());
        settings!.Restore();
        Assert.Equal(("kernel", "4", "4294967295"), Now());
        Assert.Empty(_state.GetFiles());
    }

    [Fact]
    public void One_that_wants_the_same_remembers_what_was_before_the_first()
    {
        Apply(unsentLimit: 16384, whose: "boot-1");
        Apply(unsentLimit: 32768, whose: "boot-1");
        var (settings, _) = Apply(unsentLimit: 32768, whose: "boot-1");
        Assert.Equal(("userspace", "1", "32768"), Now());
        settings!.Restore();
        Assert.Equal(("kernel", "4", "4294967295"), Now());
    }

    [Fact]
    public void After_a_restart_of_the_machine_or_another_hand_it_says_nothing()
    {
        Apply(unsentLimit: 16384, whose: "boot-1");
        Set(_tcp, "tcp_notsent_lowat", "9999");
        Set(_mptcp, "stale_loss_cnt", "3");
        Apply(unsentLimit: null, whose: "boot-1").Settings!.Restore();
        Assert.Equal(("kernel", "3", "9999"), Now());

        Apply(unsentLimit: 16384, whose: "boot-1");
        Apply(unsentLimit: 16384, whose: "boot-2").Settings!.Restore();
        Assert.Equal(("userspace", "1", "16384"), Now());
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_said_and_the_settings_are_made()
    {
        _state.Delete();
        File.WriteAllText(_state.FullName, "a file");
        var (settings, _) = Apply(unsentLimit: null, whose: "boot-1");
        Assert.Contains("cannot be remembered in", settings!.Trouble, StringComparison.Ordinal);
        Assert.Equal("userspace", Read(_mptcp, "path_manager"));
        File.Delete(_state.FullName);
        _state.Create();
    }

    [Fact]
    public void The_scheduler_is_put_back_too_however_often_it_was_set()
    {
        Set(_mptcp, "scheduler", "default");
        var (settings, _) = Apply(unsentLimit: null, whose: "boot-1");
        Assert.Null(settings!.Set("bpf_rr"));
        Assert.Null(settings.Set("bpf_red"));
        Assert.Equal(("bpf_red", "default"), (Read(_mptcp, "scheduler"), settings.Usual));
        Apply(unsentLimit: null, whose: "boot-1").Settings!.Restore();
        Assert.Equal("default", Read(_mptcp, "scheduler"));
    }

    public void Dispose()
    {
        _mptcp.Delete(recursive: true);
        _tcp.Delete(recursive: true);
        _state.Delete(recursive: true);
    }

    private (KernelSettings? Settings, string Error) Apply(int? unsentLimit, string? whose = null) => KernelSettings.Apply(
        new MptcpSysctls(netns: null, _mptcp.FullName),
        new SysctlFolder(null, "net.ipv4", _tcp.FullName),
        unsentLimit,
        whose is null ? null : new OwnSettingsFile(_state.FullName, whose));

    private (string PathManager, string StaleLossCount, string UnsentLimit) Now() =>
        (Read(_mptcp, "path_manager"), Read(_mptcp, "stale_loss_cnt"), Read(_tcp, "tcp_notsent_lowat"));

    private static string FileOf(DirectoryInfo folder, string name) => Path.Combine(folder.FullName, name);

    private static string Read(DirectoryInfo folder, string name) => File.ReadAllText(FileOf(folder, name));

    private static void Set(DirectoryInfo folder, string name, string value) => File.WriteAllText(FileOf(folder, name), value);
}
