using Multipath.Agent.DataPlanes.Kernel;

namespace Multipath.Agent.Tests.DataPlanes.Kernel;

public sealed class MptcpSysctlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sysctls-");

    [Fact]
    public void Settings_are_read_and_written_where_a_container_has_them_mounted()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "enabled"), "1\n");
        File.WriteAllText(Path.Combine(_folder.FullName, "path_manager"), "kernel\n");
        var sysctls = new MptcpSysctls(netns: null, _folder.FullName);

        Assert.True(sysctls.Enabled);
        Assert.Equal(PathManagerType.Kernel, sysctls.PathManager);
        var (name, value) = sysctls.UserspacePathManager;
        Assert.Null(sysctls.Files.Write(name, value));
        Assert.Equal(PathManagerType.Userspace, sysctls.PathManager);
        Assert.Equal(["enabled", "path_manager"], sysctls.Files.ReadAll().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_folder_without_them_is_a_kernel_without_MPTCP()
    {
        var sysctls = new MptcpSysctls(netns: null, Path.Combine(_folder.FullName, "none"));
        Assert.Null(sysctls.PathManager);
        Assert.Empty(sysctls.Files.ReadAll());
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
