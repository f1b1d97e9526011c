using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;
using Multipath.Agent.Reconcile;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Reconcile;

/// <summary>A look at the data plane in the middle of a join.</summary>
public sealed class ConnectionTableTests
{
    private const uint Token = 7;
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly PathKey Wifi = new("wlan0", IPAddress.Parse("10.1.0.2"));
    private static readonly PathKey Lte = new("wwan0", IPAddress.Parse("10.2.0.2"));
    private static readonly FourTuple OverWifi = new(Wifi.Address, 40000, IPAddress.Parse("203.0.113.9"), 443);
    private static readonly FourTuple OverLte = new(Lte.Address, 40001, IPAddress.Parse("203.0.113.9"), 443);

    private readonly ConnectionTable _table = new();

    [Fact]
    public void What_an_earlier_run_began_is_begun_and_its_success_is_told()
    {
        Recover(established: false);
        Assert.True(_table.TryGet(Token, out var connection));
        Assert.Equal(new PendingSubflow(Lte, 1, OverLte.Remote, true, Start), Assert.Single(connection.Pending));
        Assert.Contains(connection.ToState().Subflows, one => one is { Established: false, LocalId: 1 });
        Recover(established: false);
        Assert.Single(connection.Pending);

        var joined = _table.Handle(new MptcpEvent.SubflowEstablished(Token, new SubflowFacts(OverLte, 1, 0, false, 0)));
        Assert.NotNull(Assert.IsType<TableChange.Joined>(joined).Begun);
        Assert.Empty(connection.Pending);
        Assert.True(connection.Subflows[OverLte].Backup);
    }

    [Fact]
    public void A_success_that_was_lost_is_seen_by_a_look_and_is_no_failure_later()
    {
        _table.Handle(new MptcpEvent.Established(Token, OverWifi, false, false));
        Assert.True(_table.TryGet(Token, out var connection));
        connection.Pending.Add(new PendingSubflow(Lte, 1, OverLte.Remote, true, Start));
        connection.Pending.Add(new PendingSubflow(Lte, 2, OverLte.Remote, true, Start));
        Recover(established: true);
        Assert.Equal(2, Assert.Single(connection.Pending).LocalId);
        var failed = Assert.Single(_table.Expire(Start + ConnectionTable.PendingLimit, Errno.TimedOut));
        Assert.Equal(2, failed.Begun.LocalId);
    }

    [Fact]
    public void What_a_peer_begins_at_a_server_is_not_taken_for_the_agents_own()
    {
        _table.Recover(Held(established: false, serverSide: true), PathOf, Start);
        Assert.True(_table.TryGet(Token, out var connection));
        Assert.Empty(connection.Pending);
    }

    private void Recover(bool established) => _table.Recover(Held(established, serverSide: false), PathOf, Start);

    private static PathKey? PathOf(IPAddress address) => address.Equals(Lte.Address) ? Lte : Wifi;

    private static PlaneSnapshot Held(bool established, bool serverSide) => new(
    [
        new PlaneConnection(
            Token,
            serverSide,
            OverWifi,
            0,
            [new PlaneSubflow(OverWifi, 0, 0, false, true, default), new PlaneSubflow(OverLte, 1, 0, true, established, default)]),
    ]);
}
