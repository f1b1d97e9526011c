using Multipath.Policies.Model;
using Multipath.Silo.Grains.Host;

namespace Multipath.Silo.Tests.Grains.Host;

public sealed class PlanLedgerTests
{
    private static readonly PlanContent One = Content("one");
    private static readonly PlanContent Two = Content("two");

    [Fact]
    public void The_same_content_is_not_issued_twice()
    {
        var ledger = PlanLedger.Empty.Activate().Want(One, 1, 1);
        Assert.Equal(new PlanVersion(2, 1), ledger.Desired!.Version);
        Assert.Same(ledger, ledger.Want(Content("one"), 1, 2));
    }

    [Fact]
    public void A_new_revision_of_the_text_is_issued_in_a_new_epoch_though_the_plan_says_the_same()
    {
        var ledger = PlanLedger.Empty.Activate().Want(One, 1, 1).Want(One, 2, 1);
        Assert.Equal((new PlanVersion(3, 1), 3ul, 1ul), (ledger.Desired!.Version, ledger.Epoch, ledger.Generation));
        Assert.Equal(new PlanVersion(3, 2), ledger.Want(Two, 2, 2).Desired!.Version);
    }

    [Fact]
    public void Another_policy_begins_a_new_epoch_also_after_a_time_without_one()
    {
        var other = One with { Policy = "other" };
        var ledger = PlanLedger.Empty.Activate().Want(One, 1, 1);
        Assert.Equal(new PlanVersion(3, 1), ledger.Want(other, 1, 2).Desired!.Version);
        Assert.Equal(new PlanVersion(3, 1), ledger.Release().Want(other, 1, 2).Desired!.Version);
        Assert.Equal(new PlanVersion(4, 1), ledger.Activate().Want(other, 1, 2).Desired!.Version);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_plan_of_a_revision_newer_than_a_backup_is_known_as_such_however_often_the_silo_was_restarted_before_it(int restarts)
    {
        var saved = Pushed(PlanLedger.Empty.Activate().Want(One, 1, 1)).Acknowledge(new PlanVersion(2, 1), []);
        for (var restart = 0; restart < restarts; restart++)
        {
            saved = saved.Activate().Meet(saved.Running);
        }

        var newer = saved.Want(One, 2, 2).Desired!.Version;
        Assert.True(newer.Epoch > saved.Epoch, $"{newer} is of the epoch that was saved");
        Assert.Equal(newer, saved.Activate().Meet(newer).Hold?.Running);
    }

    [Fact]
    public void A_plan_in_flight_holds_back_newer_ones_until_it_is_answered()
    {
        var ledger = Pushed(PlanLedger.Empty.Activate().Want(One, 1, 1)).Want(Two, 1, 2);
        Assert.Null(ledger.NextPush);
        var answered = ledger.Acknowledge(new PlanVersion(2, 1), []);
        Assert.Equal((new PlanVersion(2, 2), new PlanVersion(2, 1)), (answered.NextPush!.Version, answered.Running));
    }

    [Fact]
    public void Wanting_again_what_is_in_flight_issues_nothing_new()
    {
        var ledger = Pushed(PlanLedger.Empty.Activate().Want(One, 1, 1)).Want(Two, 1, 2).Want(One, 1, 3);
        Assert.Equal(new PlanVersion(2, 1), ledger.Desired!.Version);
        Assert.True(ledger.Acknowledge(new PlanVersion(2, 1), []).IsSettled);
    }

    [Fact]
    public void Wanting_again_what_runs_after_a_refusal_settles_without_a_push()
    {
        var settled = Pushed(PlanLedger.Empty.Activate().Want(One, 1, 1)).Acknowledge(new PlanVersion(2, 1), []);
        var refused = Pushed(settled.Want(Two, 1, 2)).Refuse(new PlanVersion(2, 2), new PlanVersion(2, 1), "no");
        Assert.True(refused.IsRefused);
        Assert.Null(refused.NextPush);
        var back = refused.Want(One, 1, 3);
        Assert.True(back.IsSettled);
        Assert.Null(back.NextPush);
    }

    [Fact]
    public void An_answer_to_another_plan_than_the_one_in_flight_changes_nothing()
    {
        var ledger = Pushed(PlanLedger.Empty.Activate().Want(One, 1, 1));
        Assert.Same(ledger, ledger.Acknowledge(new PlanVersion(9, 9), []));
        Assert.Same(ledger, ledger.Refuse(new PlanVersion(0, 0), null, ""));
        var answered = ledger.Acknowledge(new PlanVersion(2, 1), []);
        Assert.Same(answered, answered.Acknowledge(new PlanVersion(2, 1), []));
    }

    [Fact]
    public void A_refused_plan_is_not_offered_to_the_next_session_either()
    {
        var refused = Pushed(PlanLedger.Empty.Activate().Want(One, 1, 1)).Refuse(new PlanVersion(2, 1), null, "no");
        Assert.Null(refused.Meet(null).NextPush);
        Assert.Null(refused.Activate().Meet(null).NextPush);
        Assert.Null(refused.Meet(new PlanVersion(2, 1)).Running);
    }

    [Fact]
    public void An_agent_that_lost_its_plan_gets_the_newest_one_again()
    {
        var settled = Pushed(PlanLedger.Empty.Activate().Want(One, 1, 1)).Acknowledge(new PlanVersion(2, 1), []);
        Assert.Equal(new PlanVersion(2, 1), settled.Activate().Meet(null).NextPush!.Version);
        Assert.Null(settled.Activate().Meet(new PlanVersion(2, 1)).NextPush);
    }

    [Fact]
    public void An_agent_whose_answer_was_lost_is_offered_the_plan_again_and_its_refusals_are_heard_then()
    {
        var version = new PlanVersion(2, 1);
        var again = Pushed(PlanLedger.Empty.Activate().Want(One, 1, 1)).Meet(null, taken: version);
        Assert.Equal((version, null), (again.NextPush!.Version, again.Running));
        var answered = Pushed(again).Acknowledge(version, ["create: EINVAL"]);
        Assert.Equal((null, true, null), (answered.Running, answered.IsRefused, answered.NextPush));
    }

    [Fact]
    public void An_agent_that_took_over_a_newer_plan_in_part_is_held_as_well()
    {
        var held = PlanLedger.Empty.Activate().Want(One, 1, 1).Meet(null, taken: new PlanVersion(5, 3));
        Assert.Equal((new PlanVersion(5, 3), null, null), (held.Hold!.Running, held.Running, held.NextPush));
        Assert.Equal(new PlanVersion(7, 1), held.Resume().Want(One, 1, 2).NextPush!.Version);
    }

    [Fact]
    public void An_agent_with_a_newer_plan_is_held_and_nothing_is_issued_for_it()
    {
        var held = PlanLedger.Empty.Activate().Want(One, 1, 1).Meet(new PlanVersion(5, 3));
        Assert.Equal((new PlanVersion(5, 3), new PlanVersion(5, 3)), (held.Hold!.Running, held.Running));
        Assert.Null(held.NextPush);
        Assert.Same(held, held.Want(Two, 2, 2));
    }

    [Fact]
    public void A_held_agent_gets_a_plan_of_a_higher_epoch_when_it_is_resumed()
    {
        var resumed = PlanLedger.Empty.Activate().Want(One, 1, 1).Meet(new PlanVersion(5, 3)).Resume().Want(One, 1, 2);
        Assert.Equal((new PlanVersion(7, 1), new PlanVersion(5, 3)), (resumed.NextPush!.Version, resumed.NextPush.Plan.Parent));
        Assert.Same(resumed, resumed.Resume());
    }

    [Fact]
    public void A_held_agent_stays_held_when_activations_have_raised_the_epoch_above_its_plan()
    {
        var held = PlanLedger.Empty.Activate().Meet(new PlanVersion(2, 1));
        for (var activation = 0; activation < 5; activation++)
        {
            held = held.Activate().Meet(new PlanVersion(2, 1));
            Assert.NotNull(held.Hold);
        }

        Assert.Equal(new PlanVersion(8, 1), held.Resume().Want(One, 1, 2).NextPush!.Version);
    }

    [Fact]
    public void An_agent_that_lost_its_newer_plan_or_runs_a_known_one_is_not_held_any_more()
    {
        var held = PlanLedger.Empty.Activate().Want(One, 1, 1).Meet(new PlanVersion(5, 3));
        Assert.Null(held.Meet(null).Hold);
        Assert.Null(held.Meet(new PlanVersion(2, 1)).Hold);
    }

    [Fact]
    public void Without_a_policy_nothing_is_pushed_and_what_runs_goes_on()
    {
        var settled = Pushed(PlanLedger.Empty.Activate().Want(One, 1, 1)).Acknowledge(new PlanVersion(2, 1), []);
        var released = settled.Release();
        Assert.Null(released.NextPush);
        Assert.Equal(new PlanVersion(2, 1), released.Running);
        Assert.True(released.Want(One, 1, 2).IsSettled);
    }

    private static PlanLedger Pushed(PlanLedger ledger) => ledger.Push(ledger.NextPush!);

    private static PlanContent Content(string which) =>
        new("vans", [], PlanLimits.Default with { Subflows = which == "one" ? 1 : 2 }, HandoverRules.Default);
}
