using Multipath.Standalone.Orleans.Scheduling;

namespace Multipath.Standalone.Orleans.Tests.Scheduling;

public sealed class TurnListTests
{
    [Fact]
    public void Turns_leave_in_the_order_in_which_they_came()
    {
        var list = new TurnList();
        Assert.True(list.IsEmpty);
        Assert.Null(list.TryDequeue());
        foreach (int round in Enumerable.Range(0, 3))
        {
            Turn[] turns = [.. Enumerable.Range(0, 5).Select(i => new ActionTurn($"{round}.{i}", () => { }))];
            Array.ForEach(turns, list.Enqueue);
            Assert.False(list.IsEmpty);
            Assert.Equal(turns.Select(turn => turn.Describe()), Enumerable.Range(0, 5).Select(_ => list.TryDequeue()!.Describe()));
            Assert.True(list.IsEmpty);
            Assert.Null(list.TryDequeue());
        }
    }

    [Fact]
    public void No_turn_of_concurrent_producers_is_lost_or_reordered()
    {
        const int Producers = 4;
        const int Each = 20_000;
        var list = new TurnList();
        int[] last = new int[Producers];
        Thread[] threads = [.. Enumerable.Range(0, Producers).Select(producer => new Thread(() =>
        {
            for (int i = 1; i <= Each; i++)
            {
                int number = i;
                list.Enqueue(new ActionTurn("", () => last[producer] = last[producer] == number - 1 ? number : int.MinValue));
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        for (int taken = 0; taken < Producers * Each;)
        {
            if (list.TryDequeue() is { } turn)
            {
                turn.Run();
                taken++;
            }
        }

        Assert.All(last, count => Assert.Equal(Each, count));
        Assert.True(list.IsEmpty);
    }
}
