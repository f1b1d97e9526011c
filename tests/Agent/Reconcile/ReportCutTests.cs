using System.Collections.Immutable;
using System.Net;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Reconcile;

public sealed class ReportCutTests
{
    private static readonly IPEndPoint Here = new(IPAddress.Parse("10.1.0.2"), 443);

    private readonly ReportCut _cut = new();

    [Fact]
    public void What_fits_is_told_as_it_is()
    {
        var whole = Snapshot([Path("eth0")], [Connection(1, ReportLimits.SubflowsPerConnection)]);
        Assert.Same(whole, _cut.Cut(whole) is var cut && cut == whole ? whole : cut);
        Assert.Empty(_cut.News);
    }

    [Fact]
    public void Of_a_connection_that_a_peer_joins_without_end_the_first_subflows_are_told_and_that_once()
    {
        var whole = Snapshot([], [Connection(1, 40), Connection(2, 2)]);
        Assert.Equal([32, 2], _cut.Cut(whole).Connections.Select(one => one.Subflows.Count));
        Assert.Equal(["subflows beyond 32 of a connection"], _cut.News);
        _cut.Cut(whole);
        Assert.Empty(_cut.News);
        _cut.Cut(Snapshot([], []));
        _cut.Cut(whole);
        Assert.Single(_cut.News);
    }

    [Fact]
    public void All_connections_together_stay_below_a_message()
    {
        var many = Enumerable.Range(1, ReportLimits.Connections + 1).Select(i => Connection((uint)i, 32)).ToEquatableArray();
        var cut = _cut.Cut(Snapshot([], many)).Connections;
        Assert.Equal((ReportLimits.Connections, 32, 1), (cut.Count, cut[0].Subflows.Count, cut[^1].Subflows.Count));
        Assert.InRange(cut.Sum(one => one.Subflows.Count), ReportLimits.Subflows, ReportLimits.Subflows + ReportLimits.Connections);
        Assert.Equal(["connections beyond 4096", "subflows beyond 16384 of all connections"], _cut.News);
    }

    [Fact]
    public void Of_too_many_paths_those_are_told_that_carry_or_could()
    {
        var bridges = Enumerable.Range(0, 100).Select(i => Path($"br{i:000}"));
        EquatableArray<PathObservation> paths =
        [
            Path("a-down") with { State = PathState.LinkDown },
            .. bridges,
            Path("eth0") with { Gateway = IPAddress.Parse("10.1.0.1") },
            Path("wlan0") with { Subflows = 2 },
        ];
        var cut = _cut.Cut(Snapshot(paths, [])).Paths;
        Assert.Equal(ReportLimits.Paths, cut.Count);
        Assert.Equal(("br000", "br061", "eth0", "wlan0"), (Name(0), Name(61), Name(62), Name(63)));
        Assert.Equal(["paths beyond 64"], _cut.News);

        string Name(int index) => cut[index].Path.Interface;
    }

    [Fact]
    public void An_interface_whose_name_no_report_may_hold_is_left_out()
    {
        Assert.Equal(["eth0"], _cut.Cut(Snapshot([Path("a\u0001"), Path("eth0")], [])).Paths.Select(path => path.Path.Interface));
        Assert.Equal(["paths over interfaces whose names cannot be told"], _cut.News);
    }

    private static PathObservation Path(string name) => new(new PathKey(name, IPAddress.Parse("10.1.0.2")), PathState.Up);

    private static ConnectionObservation Connection(uint token, int subflows) => new(
        token,
        true,
        Here,
        Here,
        Enumerable.Range(0, subflows).Select(i => new SubflowObservation(
            new SubflowState(Here, new IPEndPoint(IPAddress.Loopback, 1000 + i), 0, 0, true, false))).ToEquatableArray(),
        "",
        "");

    private static HostSnapshot Snapshot(EquatableArray<PathObservation> paths, EquatableArray<ConnectionObservation> connections) =>
        new(DateTimeOffset.UnixEpoch, paths, connections, ImmutableSortedDictionary<string, ulong>.Empty);
}
