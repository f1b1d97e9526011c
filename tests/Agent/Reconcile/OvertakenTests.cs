using Multipath.Agent.DataPlanes.Kernel;
using Multipath.Agent.Interop;
using Multipath.Agent.Reconcile;
using Multipath.Agent.Session;
using Multipath.Policies.Model;

namespace Multipath.Agent.Tests.Reconcile;

/// <summary>A plan is urgent and overtakes the events of the data plane: it meets subflows that are no more, or are not yet.</summary>
public sealed class OvertakenTests : ReconcilerRig
{
    private static readonly FourTuple Again = OverWifi with { LocalPort = 40002 };

    public OvertakenTests()
    {
        Hold(new PlaneSubflow(OverWifi, 0, 0, false, true, default), new PlaneSubflow(OverLte, 1, 0, true, true, default));
        Reconciler.Recover();
        Adopt(Wifi, Lte);
    }

    [Fact]
    public void A_priority_of_a_subflow_that_the_reflex_made_again_and_that_is_gone_already_is_not_refused()
    {
        MakeWifiAgain();
        // The peer closed it; the plan overtakes the event that says so.
        Hold(new PlaneSubflow(OverLte, 1, 0, true, true, default));
        Plane.Refuses = NotFound;
        var outcome = Adopt(Lte, Wifi);
        Assert.Empty(outcome.Refused);
        Assert.Equal([$"backup 7 {OverLte} False", $"backup 7 {Again} True"], Plane.Take());
        Assert.Equal($"set active {OverLte.Local} -> {OverLte.Remote}", Assert.Single(outcome.Applied).Action);

        Closed(Again, 2);
        Pass(0);
        Assert.Empty(Plane.Take());
        Assert.DoesNotContain(Plane.Occurred, one => one.Kind == OccurrenceKind.Refused);
        Pass(1000);
        Assert.StartsWith("create 7 10.1.0.2", Assert.Single(Plane.Take()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_that_is_closing_takes_no_subflow_and_refuses_no_plan()
    {
        Hold(new PlaneSubflow(OverWifi, 0, 0, false, true, default));
        Closed(OverLte, 1);
        Plane.Take();
        Plane.Refuses = call => call.StartsWith("create", StringComparison.Ordinal)
            ? new KernelError("create a subflow", Errno.NotConnected, null)
            : null;
        Pass(1000);
        Assert.StartsWith("create 7 10.2.0.2", Assert.Single(Plane.Take()), StringComparison.Ordinal);
        Assert.Empty(Adopt(Wifi, Lte).Refused);
        Assert.DoesNotContain(Plane.Occurred, one => one.Kind == OccurrenceKind.Refused);

        Plane.Take();
        Plane.Refuses = _ => null;
        Pass(60_000);
        Assert.StartsWith("create 7 10.2.0.2", Assert.Single(Plane.Take()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_priority_that_is_refused_for_a_subflow_that_is_there_is_reported_and_tried_again()
    {
        MakeWifiAgain();
        Hold(new PlaneSubflow(OverLte, 1, 0, true, true, default), new PlaneSubflow(Again, 2, 0, false, true, default));
        Plane.Refuses = NotFound;
        Assert.Contains("subflow not found", Assert.Single(Adopt(Lte, Wifi).Refused).Error, StringComparison.Ordinal);
        Plane.Take();
        Plane.Refuses = _ => null;
        Pass(200);
        Assert.Equal([$"backup 7 {Again} True"], Plane.Take());
    }

    [Fact]
    public void The_event_of_a_subflow_that_was_closed_before_it_came_makes_nothing_of_it_and_the_next_one_is_not_taken_for_it()
    {
        MakeWifiAgain(established: false);
        // It is established, its event is under way, and the link goes down: the data plane is asked, and it is closed.
        Hold(new PlaneSubflow(OverLte, 1, 0, true, true, default), new PlaneSubflow(Again, 2, 0, false, true, default));
        Paths(wifi: false);
        Assert.Contains($"destroy 7 {Again}", Plane.Take());
        Hold(new PlaneSubflow(OverLte, 1, 0, true, true, default));
        Paths();
        Pass(1000);
        Assert.StartsWith("create 7 10.1.0.2", Assert.Single(Plane.Take()), StringComparison.Ordinal);

        Established(Again, 2);
        Assert.Empty(Adopt(Lte, Wifi).Refused);
        Assert.Equal([$"backup 7 {OverLte} False"], Plane.Take());
        Closed(Again, 2);
        Pass(0);
        Assert.Empty(Plane.Take());
        Assert.DoesNotContain(Plane.Occurred, one => one.Kind == OccurrenceKind.Refused);

        var third = OverWifi with { LocalPort = 40003 };
        Established(third, 3);
        Pass(0);
        Assert.Contains(third, Plane.Watching.Select(one => one.Tuple));
    }

    private static KernelError? NotFound(string call) => call.Contains($"{Again}", StringComparison.Ordinal)
        ? new KernelError("change the priority of a subflow", Errno.Invalid, "subflow not found")
        : null;

    /// <summary>Wi-Fi falls silent: its subflow is closed and begun again.</summary>
    private void MakeWifiAgain(bool established = true)
    {
        Alarm(OverWifi);
        Closed(OverWifi, 0);
        if (established)
        {
            Established(Again, 2);
        }

        Pass(0);
        Plane.Take();
    }

    /// <summary>Both priorities at once: what is tested is that one of them comes too late.</summary>
    private PlanOutcome Adopt(PathKey active, PathKey backup) =>
        Adopt(active, backup, HandoverRules.Default with { MakeBeforeBreak = false });
}
