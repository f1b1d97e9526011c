using Multipath.Protocol.Scheduling;
using static Multipath.Protocol.Tests.Scheduling.Views;

namespace Multipath.Protocol.Tests.Scheduling;

public sealed class RoundRobinTests
{
    [Fact]
    public void Gives_each_its_quantum_in_turn() => Assert.Equal(
        "0:2000 2:2000 5:2000 0:2000 2:2000",
        Turns(new RoundRobin(2), 5, Subflow(5, 10), Subflow(0, 90), Subflow(2, 50)));

    [Fact]
    public void Goes_on_with_what_is_left_of_a_quantum()
    {
        var scheduler = new RoundRobin(3);
        Assert.Equal("0:3000", scheduler.PickOf(Send(), Subflow(0, 10), Subflow(1, 10)));
        scheduler.HandleAssigned(0, 1000);
        scheduler.HandleAssigned(1, 1000);
        Assert.Equal("0:2000", scheduler.PickOf(Send(), Subflow(0, 10), Subflow(1, 10)));
        scheduler.HandleAssigned(0, 2000);
        Assert.Equal("1:3000", scheduler.PickOf(Send(), Subflow(0, 10), Subflow(1, 10)));
    }

    [Fact]
    public void Passes_over_one_without_space() => Assert.Equal(
        "0:1000 2:1000 0:1000",
        Turns(new RoundRobin(0), 3, Subflow(0, 10), Subflow(1, 10, 10, 10), Subflow(2, 10)));

    [Fact]
    public void Has_only_one_to_turn_to() =>
        Assert.Equal("3:1000 3:1000", Turns(new RoundRobin(1), 2, Subflow(3, 10), Subflow(4, 10) with { Backup = true }));

    private static string Turns(RoundRobin scheduler, int count, params SubflowView[] subflows)
    {
        var turns = new List<string>();
        for (int i = 0; i < count; i++)
        {
            turns.Add(scheduler.PickOf(Send(), subflows));
            int picked = scheduler.Pick(subflows, Send(), out int bytes);
            scheduler.HandleAssigned(subflows[picked].Id, bytes);
        }

        return string.Join(' ', turns);
    }
}
