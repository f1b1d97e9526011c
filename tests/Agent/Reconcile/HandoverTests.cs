using System.Net;
using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Reflexes;
using Multipath.Agent.Session;
using Multipath.Policies.Model;
using Multipath.Policies.Text;

namespace Multipath.Agent.Tests.Reconcile;

/// <summary>What a connection and its peer tell goes into what is done with its subflows.</summary>
public sealed class HandoverTests : ReconcilerRig
{
    [Fact]
    public void A_handover_waits_for_the_new_path_to_carry_and_tells_how_it_went_with_its_stall_under_one_id()
    {
        Hold(default, default);
        Reconciler.Recover();
        Adopt(Wifi, Lte);
        Settle();
        Assert.Empty(Plane.Take());

        Adopt(Lte, Wifi);
        Assert.Equal([$"backup 7 {OverLte} False"], Plane.Take());
        Assert.Equal(Now + TimeSpan.FromMilliseconds(50), Reconciler.NextDeadline);
        Hold(new() { BytesSent = 9, UnackedSegments = 2, LastAckMs = 120 }, new() { BytesSent = 1000, LastAckMs = 500 });
        Pass(50);
        Assert.Empty(Plane.Take());
        Hold(new() { BytesSent = 9, UnackedSegments = 2, LastAckMs = 90 }, new() { BytesSent = 1000, BytesAcked = 500 });
        Pass(50);
        Assert.Equal([$"backup 7 {OverWifi} True"], Plane.Take());
        Hold(new() { BytesSent = 9 }, new() { BytesSent = 2000, BytesAcked = 1000 });
        Pass(50);
        Assert.Empty(Plane.Take());
        Assert.Equal(
            [
                "00000007-1 begun wlan0/10.1.0.2 -> wwan0/10.2.0.2: carries",
                "00000007-1 done wlan0/10.1.0.2 -> wwan0/10.2.0.2: the new path carries (took 150 ms, stall 120 ms)",
            ],
            Plane.Occurred.Where(one => one.Kind == OccurrenceKind.Handover).Select(one => one.Text));
        Assert.All(
            Plane.Occurred.Where(one => one.Kind == OccurrenceKind.Action),
            one => Assert.EndsWith("; handover 00000007-1", one.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_new_path_carried_before_is_no_proof_though_it_was_not_measured_yet()
    {
        Hold(default, default);
        Reconciler.Recover();
        Adopt(Wifi, Lte);
        Hold(default, new() { BytesSent = 1000, BytesAcked = 1000 });
        Adopt(Lte, Wifi);
        Pass(1);
        Assert.Equal([$"backup 7 {OverLte} False"], Plane.Take());
    }

    [Fact]
    public void A_handover_to_a_path_that_does_not_carry_is_taken_back_and_told()
    {
        Hold(default, default);
        Reconciler.Recover();
        Adopt(Wifi, Lte);
        Adopt(Lte, Wifi);
        Plane.Take();
        Hold(default, new() { BytesSent = 1000, UnackedSegments = 1 });
        Pass(2000);
        Assert.Equal([$"backup 7 {OverLte} True"], Plane.Take());
        Assert.Contains(
            Plane.Occurred, one => one.Kind == OccurrenceKind.Handover && one.Text.Contains(" reverted ", StringComparison.Ordinal));
        Assert.Equal([(Wifi, 0), (Lte, 1)], Plane.Published!.Paths.Select(path => (path.Path, path.FailedHandovers)));
        Reconciler.HandlePaths([new HostPath(Wifi, 2, true, null)], Now);
        Paths();
        Settle();
        Assert.Equal([(Wifi, 0), (Lte, 0)], Plane.Published!.Paths.Select(path => (path.Path, path.FailedHandovers)));
    }

    [Fact]
    public void An_agent_that_ranks_by_itself_tries_a_path_that_did_not_carry_ever_later()
    {
        const string Yaml = """
            apiVersion: multipath/v1
            kind: Policy
            metadata: {name: p}
            spec:
              hosts: ""
              paths: [{name: lte, match: {interface: wwan0}, preference: 1}, {name: wifi, match: {interface: wlan0}, preference: 2}]
              traffic: [{name: default, objective: handover}]
              handover: {upAfter: 40s, budgetPerHour: 60}
            """;
        Hold(default, new() { BytesSent = 1000, UnackedSegments = 1 });
        Reconciler.Recover();
        Adopt(Wifi, Lte);
        Reconciler.HandlePolicy(Assert.IsType<Policy>(PolicyText.Parse(Yaml, "p.yaml").Value), Now);
        var begun = new List<int>();
        var start = Now;
        for (var told = 0; Now - start < TimeSpan.FromMinutes(6); told = Plane.Occurred.Count)
        {
            Pass(100);
            begun.AddRange(Plane.Occurred.Skip(told)
                .Where(one => one.Kind == OccurrenceKind.Handover && one.Text.Contains(" begun ", StringComparison.Ordinal))
                .Select(_ => (int)(Now - start).TotalSeconds));
        }

        // A wait of 40, 80 and 160 s begins with the measurement that follows the 2 s for which it had to carry.
        Assert.Equal([0, 44, 128, 292], begun);
    }

    [Fact]
    public void A_peer_that_refuses_joins_to_its_first_address_is_joined_where_it_says()
    {
        Reconciler.HandleEvent(new MptcpEvent.Created(Token, OverWifi, false, true), Now);
        Reconciler.HandleEvent(new MptcpEvent.Established(Token, OverWifi, false, true), Now);
        Adopt(Wifi, Lte);
        Assert.Empty(Plane.Take());
        Reconciler.HandleEvent(new MptcpEvent.Announced(Token, 1, IPAddress.Parse("203.0.113.10"), 0), Now);
        Settle();
        Assert.Equal(
            [
                "create 7 10.1.0.2 id 1 -> 203.0.113.10:443 None",
                "create 7 10.2.0.2 id 2 -> 203.0.113.10:443 Backup",
            ],
            Plane.Take());
    }

    [Fact]
    public void A_server_announces_its_other_address_once()
    {
        Plane.Held.Add(new PlaneConnection(Token, true, OverWifi, 0, [new PlaneSubflow(OverWifi, 0, 0, false, true, default)]));
        Reconciler.Recover();
        Adopt(Wifi, Lte);
        Assert.Equal(["announce 7 10.2.0.2 1"], Plane.Take());
        Pass(1000);
        Assert.Empty(Plane.Take());
    }

    /// <summary>The data plane has both subflows; the second is a backup until something was done to it.</summary>
    private void Hold(SubflowSample wifi, SubflowSample lte)
    {
        var backup = Plane.Held.Count == 0;
        Hold(new PlaneSubflow(OverWifi, 0, 0, false, true, wifi), new PlaneSubflow(OverLte, 1, 0, backup, true, lte));
    }
}
