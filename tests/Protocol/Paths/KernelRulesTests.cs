using static Multipath.Protocol.Paths.PathEndpointFlags;

namespace Multipath.Protocol.Tests.Paths;

public sealed class KernelRulesTests
{
    [Fact]
    public void Without_endpoints_nothing_happens() => Assert.Equal("", new RulesBench().Establish());

    [Fact]
    public void Subflow_endpoints_are_opened_to_the_peers_first_address_up_to_the_limit()
    {
        RulesBench three() => new RulesBench(2)
            .Endpoint(2, "10.0.0.2", Subflow).Endpoint(3, "10.0.0.3", Subflow | Backup).Endpoint(4, "10.0.0.4", Subflow);
        Assert.Equal("open 2/10.0.0.2 -> 0/10.9.0.1:80; open 3/10.0.0.3 -> 0/10.9.0.1:80 backup", three().Establish());
        Assert.Equal("", three().Establish(peerRefusesJoins: true));
        Assert.Equal("", new RulesBench(0).Endpoint(2, "10.0.0.2", Subflow).Establish());
        Assert.Equal("", new RulesBench().Endpoint(2, "2001:db8::2", Subflow).Endpoint(3, "10.0.0.3", None).Establish());
    }

    [Fact]
    public void The_first_subflows_endpoint_has_id_0_and_is_not_opened_again()
    {
        RulesBench bench = new RulesBench().Endpoint(1, "10.0.0.1", Subflow | Backup).Endpoint(2, "10.0.0.2", Subflow);
        Assert.Equal("backup 10.0.0.1:1000 <-> 10.9.0.1:80; open 2/10.0.0.2 -> 0/10.9.0.1:80", bench.Establish());
    }

    [Fact]
    public void Room_that_a_subflow_leaves_goes_to_the_next_endpoint_and_never_to_the_same_one_in_a_loop()
    {
        RulesBench bench = new RulesBench(1).Endpoint(2, "10.0.0.2", Subflow).Endpoint(3, "10.0.0.3", Subflow);
        Assert.Equal("open 2/10.0.0.2 -> 0/10.9.0.1:80", bench.Establish());
        Assert.Equal("", bench.Up(2, 0, "10.0.0.2:2000"));
        Assert.Equal("open 3/10.0.0.3 -> 0/10.9.0.1:80", bench.Down("10.0.0.2:2000"));
        Assert.Equal("", bench.Down("10.0.0.3:3000"));
        Assert.Equal("", bench.Down("10.0.0.3:3000"));
    }

    [Fact]
    public void Signal_endpoints_are_announced_one_after_the_other()
    {
        RulesBench bench = new RulesBench()
            .Endpoint(2, "10.0.0.2", Signal).Endpoint(3, "10.0.0.3", Signal | Subflow).Endpoint(4, "10.0.0.4:99", Signal);
        Assert.Equal("announce 4/10.0.0.4:99", bench.Establish());
        Assert.Equal("announce 2/10.0.0.2:0", bench.Echoed(4));
        Assert.Equal("announce 3/10.0.0.3:0; open 3/10.0.0.3 -> 0/10.9.0.1:80", bench.Echoed(2));
        Assert.Equal("", bench.Echoed(3));
    }

    [Fact]
    public void An_announced_address_is_joined_from_wherever_routing_says_unless_there_is_a_fullmesh_endpoint()
    {
        RulesBench bench = new(8, 2);
        bench.Establish();
        Assert.Equal("open 0/0.0.0.0 -> 5/10.9.0.5:80", bench.Announced(5, "10.9.0.5"));
        Assert.Equal("", bench.Announced(5, "10.9.0.5"));
        Assert.Equal("open 0/0.0.0.0 -> 6/10.9.0.6:99", bench.Announced(6, "10.9.0.6:99"));
        Assert.Equal("", bench.Announced(7, "10.9.0.7")); // two are accepted
        bench.Removed(6);
        Assert.Equal("open 0/0.0.0.0 -> 7/10.9.0.7:80", bench.Announced(7, "10.9.0.7"));
        Assert.Equal("", new RulesBench(8, 0).Announced(5, "10.9.0.5"));

        bench = new RulesBench()
            .Endpoint(1, "10.0.0.1", FullMesh).Endpoint(2, "10.0.0.2", FullMesh | Backup).Endpoint(3, "2001:db8::3", FullMesh);
        Assert.Equal("", bench.Establish());
        Assert.Equal(
            "open 0/10.0.0.1 -> 5/10.9.0.5:80; open 2/10.0.0.2 -> 5/10.9.0.5:80 backup", bench.Announced(5, "10.9.0.5"));
        Assert.Equal("open 3/2001:db8::3 -> 6/[2001:db8::6]:80", bench.Announced(6, "2001:db8::6"));
    }

    [Fact]
    public void A_fullmesh_endpoint_reaches_every_address_that_subflows_go_to_once()
    {
        RulesBench bench = new();
        bench.Establish();
        bench.Announced(5, "10.9.0.5");
        bench.Up(0, 5, "10.0.0.1:1001", "10.9.0.5:80");
        Assert.Equal(
            "open 2/10.0.0.2 -> 0/10.9.0.1:80; open 2/10.0.0.2 -> 5/10.9.0.5:80", bench.Add(2, "10.0.0.2", Subflow | FullMesh));
        Assert.Equal("", bench.Up(2, 0, "10.0.0.2:2000"));
    }

    [Fact]
    public void Joins_of_the_peer_count_against_the_limit()
    {
        RulesBench bench = new RulesBench(1).Endpoint(2, "10.0.0.2", Subflow);
        Assert.True(bench.Join());
        Assert.False(bench.Join());
        Assert.Equal("", bench.Establish());
        Assert.Equal("", bench.Up(0, 3, "10.0.0.1:1000", "10.9.0.3:4000"));
        Assert.Equal("open 2/10.0.0.2 -> 0/10.9.0.1:80", bench.Down("10.0.0.1:1000", "10.9.0.3:4000"));
    }

    [Fact]
    public void A_join_that_did_not_complete_gives_its_place_back()
    {
        RulesBench bench = new(1);
        bench.Establish();
        Assert.True(bench.Join());
        bench.Down("10.0.0.1:1000", "10.9.0.3:4000");
        Assert.True(bench.Join());
    }

    [Fact]
    public void Removing_an_endpoint_withdraws_it_closes_its_subflows_and_frees_its_id()
    {
        RulesBench bench = new RulesBench().Endpoint(2, "10.0.0.2", Signal | Subflow);
        Assert.Equal("announce 2/10.0.0.2:0; open 2/10.0.0.2 -> 0/10.9.0.1:80", bench.Establish());
        bench.Up(2, 0, "10.0.0.2:2000");
        Assert.Equal("withdraw 2; close 10.0.0.2:2000 <-> 10.9.0.1:80", bench.Delete(2));
        bench.Down("10.0.0.2:2000");
        Assert.Equal("announce 2/10.0.0.2:0; open 2/10.0.0.2 -> 0/10.9.0.1:80", bench.Add(2, "10.0.0.2", Signal | Subflow));
    }

    [Fact]
    public void A_subflow_that_was_being_opened_when_its_endpoint_went_is_closed_when_it_is_there()
    {
        RulesBench bench = new RulesBench().Endpoint(2, "10.0.0.2", Subflow);
        bench.Establish();
        Assert.Equal("withdraw 2", bench.Delete(2));
        Assert.Equal("close 10.0.0.2:2000 <-> 10.9.0.1:80", bench.Up(2, 0, "10.0.0.2:2000"));
    }

    [Fact]
    public void Removing_the_first_subflows_endpoint_withdraws_id_0()
    {
        RulesBench bench = new RulesBench().Endpoint(1, "10.0.0.1", Subflow);
        bench.Establish();
        Assert.Equal("withdraw 0; close 10.0.0.1:1000 <-> 10.9.0.1:80", bench.Delete(1));
    }

    [Fact]
    public void Changing_backup_tells_the_peer_and_changing_fullmesh_opens_anew()
    {
        RulesBench bench = new RulesBench().Endpoint(2, "10.0.0.2", Subflow);
        bench.Establish();
        bench.Up(2, 0, "10.0.0.2:2000");
        Assert.Equal("backup 10.0.0.2:2000 <-> 10.9.0.1:80", bench.Change(2, Backup));
        Assert.Equal("active 10.0.0.2:2000 <-> 10.9.0.1:80", bench.Change(2, None));
        Assert.Equal("", bench.Change(2, None));
        bench.Announced(5, "10.9.0.5");
        bench.Up(0, 5, "10.0.0.1:1001", "10.9.0.5:80");
        Assert.Equal(
            "close 10.0.0.2:2000 <-> 10.9.0.1:80; open 2/10.0.0.2 -> 5/10.9.0.5:80", bench.Change(2, FullMesh));
    }
}
