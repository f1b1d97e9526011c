using Multipath.Policies.Model;
using Multipath.Policies.Tests.Fixtures;
using static Multipath.Policies.Tests.Fixtures.Given;

namespace Multipath.Policies.Tests.Rank;

/// <summary>A path that carries nothing is not measured: what is done with one of which nothing is known.</summary>
public sealed class UnmeasuredTests
{
    [Fact]
    public void A_path_that_fails_at_each_try_is_tried_ever_later()
    {
        var host = new RankedHost(Policy());
        host.Report(0, Path(Wifi), Path(Lte));
        var now = 0.0;
        foreach (var wait in new[] { 10.0, 20, 40, 80, 160, 300, 300 })
        {
            host.Report(now += 1, Path(Wifi, loss: 30), Path(Lte));
            Assert.Equal("wwan0 active, wlan0 backup", host.Report(now += 0.3, Path(Wifi, loss: 30), Path(Lte)));
            Assert.Contains($"usable after {Show(wait)} without a bad value", host.ReasonOf(Wifi), StringComparison.Ordinal);
            host.Report(now += 2, Path(Wifi), Path(Lte));
            Assert.Equal(At(now + wait), host.NextDeadline);
            Assert.Equal("wwan0 active, wlan0 backup", host.Report(now + wait - 0.1, Path(Wifi), Path(Lte)));
            host.Policy = host.Policy with { Handover = host.Policy.Handover with { BudgetPerHour = 99 } };
            Assert.Equal("wlan0 active, wwan0 backup", host.Report(now += wait, Path(Wifi), Path(Lte)));
        }

        Assert.Equal(
            "wifi: preference 1; not measured, tried after 5m without a bad value (setback 7); planned handover 7 of 99 in an hour",
            host.ReasonOf(Wifi));

        static string Show(double seconds) => seconds == 300 ? "5m" : seconds == 80 ? "80s" : seconds == 160 ? "160s" : $"{seconds}s";
    }

    [Fact]
    public void Setbacks_are_forgotten_after_a_good_while()
    {
        var host = new RankedHost(Policy());
        host.Report(0, Path(Wifi), Path(Lte));
        Fail(1, "10s");
        Fail(50, "20s");
        Fail(100, "40s");
        Fail(100.3 + 600, "10s");

        void Fail(double at, string wait)
        {
            host.Report(at - 0.2, Path(Wifi), Path(Lte));
            host.Report(at, Path(Wifi, loss: 30), Path(Lte));
            host.Report(at + 0.3, Path(Wifi, loss: 30), Path(Lte));
            Assert.Contains($"usable after {wait} without", host.ReasonOf(Wifi), StringComparison.Ordinal);
            host.Report(at + 1, Path(Wifi), Path(Lte));
            Assert.Equal("wlan0 active, wwan0 backup", host.Report(at + 41, Path(Wifi, loss: 0), Path(Lte)));
        }
    }

    [Fact]
    public void A_link_that_went_down_is_no_setback_but_silence_is()
    {
        var host = new RankedHost(Policy());
        host.Report(0, Path(Wifi), Path(Lte));
        for (var i = 0; i < 4; i++)
        {
            host.Report(1 + (i * 20), Path(Wifi, state: PathState.LinkDown), Path(Lte));
            host.Report(2 + (i * 20), Path(Wifi), Path(Lte));
            Assert.Equal(At(12 + (i * 20)), host.NextDeadline);
            host.Report(12 + (i * 20), Path(Wifi), Path(Lte));
        }

        foreach (var (at, wait) in new[] { (100.0, 10.0), (120, 20), (150, 40) })
        {
            host.Report(at, Path(Wifi, state: PathState.Silent), Path(Lte));
            host.Report(at + 1, Path(Wifi), Path(Lte));
            Assert.Equal(At(at + 1 + wait), host.NextDeadline);
            host.Report(at + 1 + wait, Path(Wifi), Path(Lte));
        }
    }

    [Fact]
    public void A_handover_that_was_taken_back_is_a_setback_of_the_path_that_did_not_carry()
    {
        var host = new RankedHost(Policy());
        host.Report(0, Tried(5) with { State = PathState.LinkDown }, Path(Lte));
        host.Report(1, Tried(5), Path(Lte));
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(11, Tried(5), Path(Lte)));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(13, Tried(6), Path(Lte)));
        Assert.Equal(
            "wifi: preference 1; a handover to it was taken back at 12:00:13.0, usable after 10s without a bad value",
            host.ReasonOf(Wifi));

        // One that another connection took back meanwhile only lets the wait begin anew.
        host.Report(14, Tried(7), Path(Lte));
        host.Report(15, Tried(7), Path(Lte));
        Assert.Equal(At(25), host.NextDeadline);
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(25, Tried(7), Path(Lte)));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(27, Tried(8), Path(Lte)));
        host.Report(27, Tried(8), Path(Lte));
        Assert.Equal(At(47), host.NextDeadline);

        // The agent was started anew, and counts from 0.
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(47, Tried(0), Path(Lte)));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(49, Tried(1), Path(Lte)));
        Assert.Contains("usable after 40s without a bad value (setback 3)", host.ReasonOf(Wifi), StringComparison.Ordinal);

        static PathObservation Tried(int failed) => Path(Wifi) with { FailedHandovers = failed };
    }

    [Fact]
    public void When_every_path_is_bad_the_one_of_which_nothing_is_known_is_not_taken_for_good()
    {
        var host = new RankedHost(Policy());
        host.Report(0, Path(Wifi, loss: 1), Path(Lte));
        host.Report(1, Path(Wifi, loss: 30), Path(Lte));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(2, Path(Wifi, loss: 30), Path(Lte, loss: 30)));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(4, Path(Wifi), Path(Lte, loss: 30)));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(13, Path(Wifi), Path(Lte, loss: 30)));
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(14, Path(Wifi), Path(Lte, loss: 30)));
    }

    [Fact]
    public void Latency_comes_back_to_a_path_that_it_left_for_its_time()
    {
        var host = new RankedHost(Policy("latency", "  handover: {budgetPerHour: 99}"));
        host.Report(0, Path(Wifi, 20), Path(Lte, 60));
        host.Report(1, Path(Wifi, 300), Path(Lte));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(1.3, Path(Wifi, 300), Path(Lte)));
        Assert.Equal(
            "lte: rtt 60 ms, not measured since 12:00:01.0, 60 ms at best; planned handover 1 of 99 in an hour", host.ReasonOf(Lte));
        host.Report(6, Path(Wifi), Path(Lte, 60));
        Assert.Equal(At(16), host.NextDeadline);
        host.Report(16, Path(Wifi), Path(Lte, 60));
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(16.3, Path(Wifi), Path(Lte, 60)));
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(16.4, Path(Wifi), Path(Lte, 60)));

        // It is as slow as before: back, and the next try is later.
        host.Report(17, Path(Wifi, 300), Path(Lte, 60));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(17.3, Path(Wifi, 300), Path(Lte, 60)));
        host.Report(20, Path(Wifi), Path(Lte, 60));
        Assert.Equal(At(40), host.NextDeadline);
    }

    [Fact]
    public void Latency_with_a_target_comes_back_too()
    {
        var host = new RankedHost(Policy("latency", target: ", target: {rttMs: 150}"));
        host.Report(0, Path(Wifi, 20), Path(Lte, 60));
        host.Report(4, Path(Wifi, 300), Path(Lte, 60));
        Assert.Equal("wwan0 active, wlan0 backup", host.Report(4.3, Path(Wifi, 300), Path(Lte, 60)));
        host.Report(9, Path(Wifi), Path(Lte, 60));
        host.Report(19, Path(Wifi), Path(Lte, 60));
        Assert.Equal("wlan0 active, wwan0 backup", host.Report(19.3, Path(Wifi), Path(Lte, 60)));
    }

    [Fact]
    public void A_path_that_is_bad_only_while_it_carries_costs_ever_fewer_handovers() => Dice.Check(8, 40, dice =>
    {
        var objective = dice.Pick(["handover", "latency", "cost", "aggregate"]);
        var host = new RankedHost(Policy(objective, "  handover: {budgetPerHour: 1000}", dice.Chance(50) ? ", target: {rttMs: 100}" : ""));
        var (loss, rtt, lteLoss) = (21 + dice.Roll(60), 20 + dice.Roll(200), dice.Chance(30) ? 40.0 : 0);
        host.Report(0, Path(Wifi, 20, 0), Path(Lte, 60, 0));
        var (changes, roles) = (new List<double>(), host.Roles);
        for (var now = 0.5; now < 3600; now += 0.5)
        {
            if (host.Report(now, Seen(Wifi, rtt, loss), Seen(Lte, 60, lteLoss)) != roles)
            {
                (roles, changes) = (host.Roles, [.. changes, now]);
            }
        }

        // Each of both paths is left after 10, 20, 40, 80, 160 s and then each 5 minutes, and comes back once between.
        Assert.InRange(changes.Count(at => at < 620), 1, 28);
        Assert.All(Enumerable.Range(1, 5), hour => Assert.InRange(changes.Count(at => at > hour * 600 && at <= (hour + 1) * 600), 0, 10));

        PathObservation Seen(PathKey path, double whileUsedRtt, double whileUsedLoss) =>
            host.Content!.Classes[0].Paths.Any(p => p.Path == path && p.Role == PathRole.Active)
                ? Path(path, whileUsedRtt, whileUsedLoss)
                : Path(path);
    });
}
