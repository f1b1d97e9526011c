using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;

namespace Multipath.Agent.Tests.Reconcile;

public sealed class KernelSettingsTests : IDisposable
{
    private readonly DirectoryInfo _mptcp = Directory.CreateTempSubdirectory("mptcp-");
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

    public void Dispose()
    {
        _mptcp.Delete(recursive: true);
        _tcp.Delete(recursive: true);
    }

    private (KernelSettings? Settings, string Error) Apply(int? unsentLimit) => KernelSettings.Apply(
        new MptcpSysctls(netns: null, _mptcp.FullName), new SysctlFolder(null, "net.ipv4", _tcp.FullName), unsentLimit);

    private (string PathManager, string StaleLossCount, string UnsentLimit) Now() =>
        (Read(_mptcp, "path_manager"), Read(_mptcp, "stale_loss_cnt"), Read(_tcp, "tcp_notsent_lowat"));

    private static string FileOf(DirectoryInfo folder, string name) => Path.Combine(folder.FullName, name);

    private static string Read(DirectoryInfo folder, string name) => File.ReadAllText(FileOf(folder, name));

    private static void Set(DirectoryInfo folder, string name, string value) => File.WriteAllText(FileOf(folder, name), value);
}
