using Multipath.Silo.Grains.Fleet;
using Multipath.TestKit;

namespace Multipath.Silo.Tests.Grains.Fleet;

public sealed class FanoutTests
{
    [Fact]
    public void A_few_are_sent_at_once_and_a_newer_message_replaces_one_that_waits()
    {
        var gates = new List<(string Host, int Message, TaskCompletionSource Gate)>();
        var fanout = new Fanout<int>(
            (host, message) =>
            {
                gates.Add((host, message, new TaskCompletionSource()));
                return gates[^1].Gate.Task;
            },
            (_, _) => Assert.Fail("nothing failed"),
            new FakeTime());
        for (var i = 0; i < Fanout<int>.Width + 1; i++)
        {
            fanout.Send($"h{i}", 1);
        }

        Assert.Equal((Fanout<int>.Width, 1), (gates.Count, fanout.Waiting));
        fanout.Send($"h{Fanout<int>.Width}", 2);
        gates[0].Gate.SetResult();
        Assert.Equal(($"h{Fanout<int>.Width}", 2), (gates[^1].Host, gates[^1].Message));
        Assert.Equal((Fanout<int>.Width + 1, 0), (gates.Count, fanout.Waiting));
    }

    [Fact]
    public void What_fails_is_sent_again_ever_later_until_it_is_taken()
    {
        var time = new FakeTime();
        var (attempts, broken, failed) = (0, true, new List<DateTimeOffset>());
        var fanout = new Fanout<int>(
            (_, _) =>
            {
                attempts++;
                return broken ? Task.FromException(new TimeoutException()) : Task.CompletedTask;
            },
            (_, _) => failed.Add(time.GetUtcNow()),
            time);
        fanout.Send("a", 1);
        List<double> pauses = [];
        for (var i = 0; i < 7; i++)
        {
            pauses.Add((fanout.NextDeadline!.Value - time.GetUtcNow()).TotalSeconds);
            fanout.SendAgain();
            Assert.Equal(i + 1, failed.Count);
            time.Advance(TimeSpan.FromSeconds(pauses[^1]));
            broken = i < 6;
            fanout.SendAgain();
        }

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], pauses);
        Assert.Equal(((7 * 3) + 1, null), (attempts, fanout.NextDeadline));
    }

    [Fact]
    public void A_newer_message_takes_the_place_of_one_that_was_put_off_and_a_host_that_left_is_forgotten()
    {
        var time = new FakeTime();
        var (broken, taken) = (true, new List<int>());
        var fanout = new Fanout<int>(
            (_, message) =>
            {
                taken.AddRange(broken ? [] : [message]);
                return broken ? Task.FromException(new TimeoutException()) : Task.CompletedTask;
            },
            (_, _) => { },
            time);
        fanout.Send("a", 1);
        fanout.Send("b", 1);
        fanout.Forget("b");
        broken = false;
        fanout.Send("a", 2);
        Assert.Null(fanout.NextDeadline);
        time.Advance(Fanout<int>.LongestPause);
        fanout.SendAgain();
        Assert.Equal([2], taken);
    }
}
