using Multipath.Silo.Grains.Fleet;

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
            (_, _) => Assert.Fail("nothing failed"));
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
    public void A_failure_is_tried_again_and_then_told()
    {
        var attempts = 0;
        var failed = new List<string>();
        var fanout = new Fanout<int>(
            (_, _) =>
            {
                attempts++;
                return Task.FromException(new TimeoutException());
            },
            (host, _) => failed.Add(host));
        fanout.Send("a", 1);
        Assert.Equal((3, "a"), (attempts, Assert.Single(failed)));
    }
}
