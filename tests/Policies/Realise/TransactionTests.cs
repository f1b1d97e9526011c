using Multipath.Policies.Model;
using Multipath.Policies.Tests.Fixtures;
using static Multipath.Policies.Model.PathRole;
using static Multipath.Policies.Tests.Fixtures.Given;

namespace Multipath.Policies.Tests.Realise;

/// <summary>A path that answers is left only for one that carries.</summary>
public sealed class TransactionTests
{
    private static readonly PlanContent Before = Plans.Of((Wifi, Active), (Lte, Backup));
    private static readonly PlanContent After = Plans.Of((Lte, Active), (Wifi, Backup));
    private static readonly PlanContent Away = Plans.Of((Lte, Active), (Wifi, Avoid));

    private readonly DataPlaneModel _plane = new(Wifi, Lte, Sat);

    public TransactionTests() => _plane.Step(Before, 0);

    [Fact]
    public void The_new_path_joins_in_and_the_old_one_leaves_when_it_carries()
    {
        Assert.Equal("active 10.2.0.2", _plane.Step(After, 1));
        Assert.Equal(First("Begun", "wwan0: as planned"), _plane.Told);
        Assert.Equal(At(1.05), _plane.NextDeadline);
        _plane.Carry(Lte, sent: 3000, acked: 0);
        Assert.Equal("", _plane.Step(After, 1.5));
        _plane.Carry(Lte, sent: 3000, acked: 1);
        Assert.Equal("backup 10.1.0.2", _plane.Step(After, 1.55));
        Assert.Equal("", _plane.Told);
        Assert.Equal("", _plane.Step(After, 1.6));
        Assert.Equal(First("Done", "the new path carries"), _plane.Told);
        Assert.Equal("", _plane.Step(After, 1.65));
        Assert.Equal("", _plane.Told);
        Assert.Null(_plane.NextDeadline);
    }

    [Fact]
    public void Each_action_of_a_handover_names_it()
    {
        var joined = Assert.Single(_plane.Ask(After, 1));
        Assert.Equal("wwan0: as planned; handover 00000007-1", joined.Reason);
    }

    [Fact]
    public void A_path_on_which_nothing_was_sent_is_proven_by_leaving_the_old_one()
    {
        _plane.Step(After, 1);
        Assert.Equal("", _plane.Step(After, 1.29));
        Assert.Equal("backup 10.1.0.2", _plane.Step(After, 1.3));
        _plane.Carry(Lte, sent: 3000, acked: 0);
        Assert.Equal("", _plane.Step(After, 2.29));
        Assert.Equal("active 10.1.0.2, backup 10.2.0.2", _plane.Step(After, 2.3));
        Assert.Equal(First("Reverted", "nothing that was sent on the new path was acknowledged in time"), _plane.Told);
    }

    [Fact]
    public void A_connection_that_sends_nothing_is_handed_over_all_the_same()
    {
        _plane.Step(After, 1);
        Assert.Equal("backup 10.1.0.2", _plane.Step(After, 1.3));
        Assert.Equal("", _plane.Step(After, 2.3));
        Assert.Equal(First("Done", "nothing was sent on it meanwhile"), _plane.Told);
    }

    [Fact]
    public void A_path_on_which_something_old_is_under_way_is_not_idle()
    {
        _plane.Carry(Lte, sent: 3000, acked: 1000, outstanding: true);
        Assert.Equal("active 10.2.0.2", _plane.Step(After, 1));
        Assert.Equal("", _plane.Step(After, 2.99));
        Assert.Equal("backup 10.2.0.2", _plane.Step(After, 3));
        Assert.StartsWith("00000007-1 Reverted", _plane.Told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_the_scheduler_does_not_use_though_there_is_much_to_send_is_given_up()
    {
        _plane.Step(After, 1);
        _plane.Carry(Wifi, sent: 1000, acked: 1000);
        Assert.Equal("backup 10.1.0.2", _plane.Step(After, 1.3));
        _plane.Carry(Wifi, sent: 67000, acked: 67000);
        Assert.Equal("active 10.1.0.2, backup 10.2.0.2", _plane.Step(After, 2.3));
        Assert.EndsWith("for the scheduler does not use the new one", _plane.Told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_does_not_carry_in_time_is_given_up_and_tried_again_later()
    {
        BeginUnanswered();
        Assert.Equal("", _plane.Step(After, 2.99));
        Assert.Equal("backup 10.2.0.2", _plane.Step(After, 3));
        Assert.StartsWith("00000007-1 Reverted", _plane.Told, StringComparison.Ordinal);
        Assert.True(_plane.ToldFailure);
        Assert.Equal(At(33), _plane.NextDeadline);
        Assert.Equal("", _plane.Step(After, 32.9));
        Assert.Equal("active 10.2.0.2", _plane.Step(After, 33));
        Assert.StartsWith("00000007-2 Begun", _plane.Told, StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_path_that_dies_meanwhile_is_left_at_once()
    {
        _plane.Step(After, 1);
        _plane.Set(Wifi, PathState.LinkDown);
        Assert.Equal("withdraw id 0, destroy 10.1.0.2", _plane.Step(After, 1.1));
        Assert.Equal(First("Done", "the old path is gone"), _plane.Told);
    }

    [Fact]
    public void A_dead_path_is_left_without_a_transaction_even_while_a_handover_waits()
    {
        BeginUnanswered();
        _plane.Step(After, 3);
        _plane.Set(Wifi, PathState.LinkDown);
        Assert.Equal("withdraw id 0, destroy 10.1.0.2, active 10.2.0.2", _plane.Step(After, 4));
    }

    [Fact]
    public void A_new_path_that_falls_silent_gives_the_traffic_back()
    {
        _plane.Step(After, 1);
        _plane.Step(After, 1.3);
        _plane.Change(_plane.On(Lte), _plane.On(Lte) with { Silent = true });
        Assert.Equal("destroy 10.2.0.2, create wwan0 id 2, active 10.1.0.2", _plane.Step(After, 1.4));
        Assert.Equal(First("Reverted", "the new path fell silent or is gone"), _plane.Told);
    }

    [Fact]
    public void A_plan_that_thinks_better_of_it_takes_the_handover_back()
    {
        _plane.Step(After, 1);
        Assert.Equal("backup 10.2.0.2", _plane.Step(Before, 1.1));
        Assert.StartsWith("00000007-1 Reverted", _plane.Told, StringComparison.Ordinal);
        Assert.False(_plane.ToldFailure);
        Assert.Equal("", _plane.Step(Before, 1.2));
        Assert.Equal("active 10.2.0.2", _plane.Step(After, 1.3));
    }

    [Fact]
    public void What_the_plan_avoids_is_drained_before_it_is_closed()
    {
        BeginToDrain();
        Assert.Equal("", _plane.Step(Away, 1.2));
        _plane.Carry(Wifi, sent: 9000, acked: 9000);
        Assert.Equal("destroy 10.1.0.2", _plane.Step(Away, 1.3));
    }

    [Fact]
    public void What_does_not_drain_in_time_is_closed_all_the_same()
    {
        BeginToDrain();
        Assert.Equal("", _plane.Step(Away, 3.09));
        Assert.Equal("destroy 10.1.0.2", _plane.Step(Away, 3.1));
    }

    [Fact]
    public void Without_make_before_break_nothing_is_waited_for()
    {
        var hasty = After with { Handover = After.Handover with { MakeBeforeBreak = false } };
        Assert.Equal("active 10.2.0.2, backup 10.1.0.2", _plane.Step(hasty, 1));
        Assert.Equal(First("Done", "the policy does not wait for the new path"), _plane.Told);
    }

    [Fact]
    public void Where_another_path_of_the_plan_carries_already_there_is_nothing_to_hand_over()
    {
        var both = Plans.Of((Wifi, Active), (Lte, Active));
        _plane.Step(both, 1);
        _plane.Carry(Lte, sent: 3000, acked: 3000);
        Assert.Equal("backup 10.1.0.2", _plane.Step(After, 2));
        Assert.Equal("", _plane.Told);
    }

    [Fact]
    public void A_handover_ends_whatever_happens() => Dice.Check(120, 300, dice =>
    {
        var plane = new DataPlaneModel(Wifi, Lte, Sat);
        plane.Step(Before, 0);
        var now = 1.0;
        for (var i = 0; i < 12; i++)
        {
            var plan = dice.Pick([Before, After, Away, Plans.Of((Sat, Active), (Lte, Active))]);
            plane.Step(plan, now);
            foreach (var subflow in plane.Subflows.Where(_ => dice.Chance(50)).ToArray())
            {
                var key = new[] { Wifi, Lte, Sat }.Single(k => k.Address.Equals(subflow.Local.Address));
                plane.Carry(key, (ulong)dice.Roll(5), (ulong)dice.Roll(5), dice.Chance(50));
            }

            now += dice.Pick([0.05, 0.3, 1, 2.5, 40]);
        }

        // All that was sent has arrived, and nothing is sent any more.
        foreach (var key in new[] { Wifi, Lte, Sat })
        {
            plane.Carry(key, 9, 9);
        }

        for (var i = 0; i < 4; i++)
        {
            now += 35;
            plane.Step(After, now);
            plane.Step(After, now + 0.3);
            plane.Step(After, now + 2.5);
        }

        Assert.Equal("", plane.Step(After, now + 3));
        Assert.Equal((true, false), (plane.On(Wifi).Backup, plane.On(Lte).Backup));
    });

    /// <summary>How the first handover is told.</summary>
    private static string First(string phase, string reason) => $"00000007-1 {phase} wlan0/10.1.0.2 -> wwan0/10.2.0.2: {reason}";

    /// <summary>A handover begins, and what is sent on the new path is not acknowledged.</summary>
    private void BeginUnanswered()
    {
        _plane.Step(After, 1);
        _plane.Carry(Lte, sent: 3000, acked: 0);
    }

    /// <summary>The new path carries, and on the old one, which is to be avoided, something is under way.</summary>
    private void BeginToDrain()
    {
        Assert.Equal("active 10.2.0.2", _plane.Step(Away, 1));
        _plane.Carry(Lte, sent: 3000, acked: 3000);
        _plane.Carry(Wifi, sent: 9000, acked: 8000, outstanding: true);
        Assert.Equal("backup 10.1.0.2", _plane.Step(Away, 1.1));
    }
}
