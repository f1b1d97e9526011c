using Multipath.Agent.Hosting;
using Multipath.Agent.Routes;
using Multipath.Agent.Tests.Hosting;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Routes;

public sealed class StandbyRoutesTests : IDisposable
{
    private const string Raised = "\"initial_window\":\"raised\"";
    private const string Restored = "\"initial_window\":\"restored\"";
    private readonly string _state = Directory.CreateTempSubdirectory("mpagent-routes").FullName;

    [Fact]
    public async Task Routes_of_a_path_that_stands_by_begin_with_a_larger_window_while_the_agent_runs_and_keep_all_else()
    {
        await using var lab = TwoPathLab.Create();
        NetLab.Ip("-n", lab.Client, "route", "add", "default", "via", "10.72.2.2", "dev", "eth2", "table", "102", "src", "10.72.2.1",
            "metric", "7", "mtu", "1400", "quickack", "1");
        NetLab.Ip("-n", lab.Client, "route", "add", "10.9.0.0/16", "via", "10.72.2.2", "dev", "eth2", "table", "102", "initcwnd", "30");
        var before = Table(lab, "102");
        var main = Table(lab, "main");
        var log = new TwoPathLab.LineLog();
        await using (Start(lab, log, TwoPathLab.StandbyPolicy))
        {
            await log.NextAsync(Raised);
            await log.NextAsync(Raised);
            Assert.Equal(
                [
                    "10.72.1.2 dev eth2 scope link initcwnd 14",
                    "10.9.0.0/16 via 10.72.2.2 dev eth2 initcwnd 30",
                    "default via 10.72.2.2 dev eth2 src 10.72.2.1 metric 7 mtu 1400 initcwnd 14 quickack 1",
                ],
                Table(lab, "102"));
            Assert.Equal(2, File.ReadAllLines(new OwnRoutesFile(_state).FileName).Length);
        }

        Assert.Equal(before, Table(lab, "102"));
        Assert.Equal(main, Table(lab, "main"));
        Assert.Empty(File.ReadAllLines(new OwnRoutesFile(_state).FileName));
    }

    [Fact]
    public async Task What_a_crashed_agent_left_on_a_path_that_no_longer_stands_by_is_put_back()
    {
        await using var lab = TwoPathLab.Create();
        var before = Table(lab, "102");
        using (var table = KernelRouteTable.Open(lab.Client))
        {
            var route = Assert.Single(table.Read(v6: false, 102)!.Value);
            new OwnRoutesFile(_state).Save([route.Key]);
            Assert.Null(table.SetInitialWindow(route, WindowChanges.OfBackup));
            Assert.NotEqual(before, Table(lab, "102"));
        }

        var log = new TwoPathLab.LineLog();
        var secondLeads = TwoPathLab.StandbyPolicy.Replace("\"eth2\"}, preference: 2", "\"eth2\"}, preference: 1", StringComparison.Ordinal)
            .Replace("\"eth1\"}, preference: 1", "\"eth1\"}, preference: 2", StringComparison.Ordinal);
        await using (Start(lab, log, secondLeads))
        {
            await log.NextAsync(Restored);
            Assert.Equal(before, Table(lab, "102"));
        }
    }

    [Fact]
    public async Task An_agent_that_is_told_so_leaves_routes_alone()
    {
        await using var lab = TwoPathLab.Create();
        var before = Table(lab, "102");
        var log = new TwoPathLab.LineLog();
        await using (Start(lab, log, TwoPathLab.StandbyPolicy, tune: false))
        {
            await log.NextAsync("\"event\":\"plan\"");
        }

        Assert.Equal(before, Table(lab, "102"));
        Assert.DoesNotContain(log.Rest(), line => line.Contains("initial_window", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Routes_of_IPv6_are_read_and_changed_as_well_and_what_is_not_there_is_empty()
    {
        await using var lab = TwoPathLab.Create();
        NetLab.Ip("-n", lab.Client, "address", "add", "2001:db8::1/64", "dev", "eth2", "nodad");
        NetLab.Ip("-n", lab.Client, "route", "add", "default", "via", "2001:db8::2", "dev", "eth2", "table", "106");
        var before = NetLab.Ip("-6", "-n", lab.Client, "route", "show", "table", "106");
        using var table = KernelRouteTable.Open(lab.Client);
        var route = Assert.Single(table.Read(v6: true, 106)!.Value);
        Assert.Null(table.SetInitialWindow(route, 20));
        Assert.Equal(20u, Assert.Single(table.Read(v6: true, 106)!.Value).InitialWindow);
        Assert.Null(table.SetInitialWindow(Assert.Single(table.Read(v6: true, 106)!.Value), null));
        Assert.Equal(before, NetLab.Ip("-6", "-n", lab.Client, "route", "show", "table", "106"));
        Assert.Empty(table.Read(v6: false, 999)!.Value);
        Assert.Empty(table.Read(v6: true, 999)!.Value);
    }

    public void Dispose() => Directory.Delete(_state, recursive: true);

    private AgentHost Start(TwoPathLab lab, TwoPathLab.LineLog log, string policy, bool tune = true) => AgentHost.Start(
        TwoPathLab.Options(lab.Client, log) with { PolicyYaml = policy, StateDirectory = _state, TuneStandbyRoutes = tune });

    private static string[] Table(TwoPathLab lab, string table) =>
    [
        .. NetLab.Ip("-n", lab.Client, "route", "show", "table", table).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Trim()).Order(StringComparer.Ordinal),
    ];
}
