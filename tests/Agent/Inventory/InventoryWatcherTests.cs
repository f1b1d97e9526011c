using System.Threading.Channels;
using Multipath.Agent.Inventory;
using Multipath.TestKit;

namespace Multipath.Agent.Tests.Inventory;

public sealed class InventoryWatcherTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _batch = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly NetLab? _lab = NetLab.WhyNot() is null ? new NetLab() : null;

    [Fact]
    public async Task A_cut_link_is_told_and_comes_back()
    {
        var (left, right) = TwoNamespaces();
        using var watcher = InventoryWatcher.Open(left);
        Assert.True(Assert.Single(watcher.Current.Paths()).IsUp);

        NetLab.Ip("-n", right, "link", "set", "eth1", "down");
        var down = await NextAsync(watcher.Events, e => e.After.Paths() is [{ IsUp: false }]);
        Assert.Equal("eth1", Assert.IsType<InventoryChange.LinkChanged>(down.Change).Link.Name);

        NetLab.Ip("-n", right, "link", "set", "eth1", "up");
        var up = await NextAsync(watcher.Events, e => e.After.Paths() is [{ IsUp: true }]);
        Assert.True(up.After.Version > down.After.Version);
    }

    [Fact]
    public async Task A_carrier_that_goes_and_comes_back_at_once_leaves_its_count()
    {
        var (left, right) = TwoNamespaces();
        using var watcher = InventoryWatcher.Open(left);
        await File.WriteAllTextAsync(_batch, "link set eth1 down\nlink set eth1 up\n", TestContext.Current.CancellationToken);
        NetLab.Ip("-n", right, "-batch", _batch);
        var up = await NextAsync(watcher.Events, e => e.After.Paths() is [{ IsUp: true, Interface.Downs: > 0 }]);
        Assert.Equal(1, Assert.Single(up.After.Paths()).Interface.Downs);
    }

    [Fact]
    public async Task Addresses_routes_and_rules_come_and_go()
    {
        var (left, _) = TwoNamespaces();
        using var watcher = InventoryWatcher.Open(left);
        NetLab.Ip("-n", left, "address", "add", "10.72.9.1/24", "dev", "eth1");
        await NextAsync(watcher.Events, e => e.After.Paths().Length == 2);
        NetLab.Ip("-n", left, "route", "add", "default", "via", "10.72.9.254", "dev", "eth1", "table", "77");
        NetLab.Ip("-n", left, "rule", "add", "from", "10.72.9.1", "table", "77");
        var routed = await NextAsync(watcher.Events, e => e.Change is InventoryChange.RuleAdded);
        Assert.Equal(["-", "10.72.9.254"], routed.After.Paths().Select(p => p.Gateway?.ToString() ?? "-"));
        NetLab.Ip("-n", left, "address", "delete", "10.72.9.1/24", "dev", "eth1");
        await NextAsync(watcher.Events, e => e.After.Paths().Length == 1);
    }

    [Fact]
    public void A_namespace_that_is_not_there_is_named()
    {
        Assert.SkipWhen(_lab is null, "needs root and MPTCP");
        var error = Assert.Throws<InvalidOperationException>(() => InventoryWatcher.Open("no-such-netns"));
        Assert.Contains("'no-such-netns'", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => InventoryWatcher.Open("../../proc/1/ns/net"));
    }

    public void Dispose()
    {
        _lab?.Dispose();
        File.Delete(_batch);
    }

    private (string Left, string Right) TwoNamespaces()
    {
        Assert.SkipWhen(_lab is null, "needs root and MPTCP");
        var (left, right) = (_lab!.Add("l"), _lab.Add("r"));
        NetLab.Sysctl(left, "net.ipv6.conf.all.disable_ipv6", "1");
        NetLab.Link(left, right, "eth1", "10.72.1");
        return (left, right);
    }

    private static async Task<InventoryEvent> NextAsync(ChannelReader<InventoryEvent> events, Func<InventoryEvent, bool> wanted)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        await foreach (var next in events.ReadAllAsync(timeout.Token))
        {
            if (wanted(next))
            {
                return next;
            }
        }

        throw new InvalidOperationException("The events ended.");
    }
}
