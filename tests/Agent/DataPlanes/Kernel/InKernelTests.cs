using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;

namespace Multipath.Agent.Tests.DataPlanes.Kernel;

/// <summary>Endpoints, limits, sysctls: what concerns connections that the kernel manages.</summary>
public sealed class InKernelTests
{
    [Fact]
    public void Endpoints_are_added_read_changed_and_deleted_one_by_one()
    {
        using var hosts = TwoHosts.Create(userspace: false);
        var manager = hosts.Client.PathManager;
        var first = new PmAddress(TwoHosts.ClientFirst, Id: 4, Flags: EndpointFlags.Subflow);
        var second = new PmAddress(TwoHosts.ClientSecond, Id: 5, Flags: EndpointFlags.Signal);
        Assert.Null(manager.AddEndpoint(first));
        Assert.Null(manager.AddEndpoint(second));
        Assert.Equal([first, second], manager.Endpoints());
        Assert.Equal(Errno.Exists, manager.AddEndpoint(first with { Id = 6 })!.Errno);
        Assert.Equal(Errno.Busy, manager.AddEndpoint(first with { Address = System.Net.IPAddress.Parse("10.71.3.1") })!.Errno);

        Assert.Null(manager.SetEndpointFlags(4, EndpointFlags.Backup));
        Assert.Equal(first with { Flags = EndpointFlags.Subflow | EndpointFlags.Backup }, manager.Endpoint(4));
        Assert.Null(manager.Endpoint(77));

        Assert.Null(manager.DeleteAllEndpoints());
        Assert.Empty(manager.Endpoints());
    }

    [Fact]
    public void A_flush_deletes_all_at_once()
    {
        using var hosts = TwoHosts.Create(userspace: false);
        Assert.Null(hosts.Client.PathManager.AddEndpoint(new PmAddress(TwoHosts.ClientSecond, Flags: EndpointFlags.Subflow)));
        Assert.Null(hosts.Client.PathManager.FlushEndpoints());
        Assert.Empty(hosts.Client.PathManager.Endpoints());
    }

    [Fact]
    public async Task The_initial_subflow_is_closed_by_its_address()
    {
        using var hosts = TwoHosts.Create(userspace: false);
        await hosts.ConnectAsync();
        Assert.Null(hosts.Client.PathManager.SetLimits(new PmLimits(2, 0)));
        Assert.Null(hosts.Server.PathManager.SetLimits(new PmLimits(2, 0)));
        Assert.Null(hosts.Client.PathManager.AddEndpoint(new PmAddress(TwoHosts.ClientSecond, Flags: EndpointFlags.Subflow)));
        await TwoHosts.NextAsync<MptcpEvent.SubflowEstablished>(hosts.Client);
        Assert.Null(hosts.Client.PathManager.DeleteInitial(TwoHosts.ClientFirst));
        Assert.Equal(TwoHosts.ClientFirst, (await TwoHosts.NextAsync<MptcpEvent.SubflowClosed>(hosts.Client)).Subflow.Tuple.LocalAddress);
        await TwoHosts.PassAsync(hosts.ClientSocket, hosts.ServerSocket);
        Assert.Equal(TwoHosts.ClientSecond, Assert.Single(hosts.Client.Snapshot().Find(hosts.Token)!.Subflows).Tuple.LocalAddress);
    }

    [Fact]
    public void Limits_are_set_and_more_than_eight_are_refused_in_the_kernels_words()
    {
        using var hosts = TwoHosts.Create(userspace: false);
        var manager = hosts.Client.PathManager;
        Assert.Null(manager.SetLimits(new PmLimits(5, 3)));
        Assert.Equal(new PmLimits(5, 3), manager.Limits());
        var error = manager.SetLimits(new PmLimits(9, 3))!;
        Assert.Equal((Errno.Invalid, "limit greater than maximum (8)"), (error.Errno, error.Text));
    }

    [Fact]
    public async Task A_program_is_found_behind_its_connection()
    {
        using var hosts = TwoHosts.Create(userspace: false);
        await hosts.ConnectAsync();
        var inode = hosts.Client.Snapshot().Find(hosts.Token)!.Inode;
        Assert.Equal(Environment.ProcessId, SocketOwners.Find(new HashSet<uint> { inode })[inode].ProcessId);
    }

    [Fact]
    public async Task Counters_are_those_of_the_namespace()
    {
        using var hosts = TwoHosts.Create(userspace: false);
        await hosts.ConnectAsync();
        Assert.Equal(1, MptcpCounters.Read(hosts.ClientNetns)["MPCapableSYNTX"]);
        Assert.Equal(1, MptcpCounters.Read(hosts.ServerNetns)["MPCapableSYNRX"]);
    }

    [Fact]
    public void Sysctls_are_read_and_written_inside_the_namespace()
    {
        using var hosts = TwoHosts.Create(userspace: false);
        var sysctls = new MptcpSysctls(hosts.ClientNetns);
        Assert.True(sysctls.Enabled);
        Assert.Equal(PathManagerType.Kernel, sysctls.PathManager);
        var (name, value) = sysctls.UserspacePathManager;
        Assert.Null(sysctls.Files.Write(name, value));
        Assert.Equal(PathManagerType.Userspace, sysctls.PathManager);
        Assert.Equal(PathManagerType.Kernel, new MptcpSysctls(hosts.ServerNetns).PathManager);
        Assert.Null(sysctls.Files.Write("stale_loss_cnt", "1"));
        Assert.Equal(1, sysctls.StaleLossCount);
        Assert.Contains("default", sysctls.AvailableSchedulers);
        Assert.Equal(Errno.NoEntry, sysctls.Files.Write("no_such_thing", "1")!.Errno);
        Assert.Equal(Errno.Invalid, sysctls.Files.Write("enabled", "maybe")!.Errno);
    }
}
