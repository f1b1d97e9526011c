using Multipath.Protocol.Primitives;
using Multipath.Protocol.Scheduling;

namespace Multipath.Protocol.Tests.Stacks;

/// <summary>What an operator sets of schedulers, when a connection is made and while it runs.</summary>
public sealed class SchedulerOptionsTests
{
    private static readonly byte[] _data = TransferTests.Data(300_000);
    private static readonly PathCost[] _dearFirst = [new(StackPair.ClientA, 2), new(StackPair.ClientB, 1)];

    [Fact]
    public void The_default_is_one_and_the_same() => Assert.Equal(Schedulers.Default, new ConnectionOptions().Scheduler);

    [Fact]
    public void Costs_of_local_addresses_hold_from_the_first_byte_on()
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Scheduler = "cheapestFirst", PathCosts = _dearFirst }).Join();
        pair.Transfer(fromClient: true, _data);
        Assert.Equal((0, true), Carried(pair));
    }

    [Fact]
    public void A_cost_can_be_changed_while_the_connection_runs()
    {
        var pair = new StackPair().Connect(new ConnectionOptions { Scheduler = "cheapestFirst", PathCosts = _dearFirst }).Join();
        var second = StackPair.Subflows(pair.Client, pair.ClientSide).Single(one => one.LocalId == 1).Tuple;
        Assert.Equal(PmResult.Ok, pair.Client.Paths.SetCost(pair.ClientToken, second, costClass: 3, weight: 1));
        pair.Transfer(fromClient: true, _data);
        var (first, carriesSecond) = Carried(pair);
        Assert.True(first >= _data.Length);
        Assert.False(carriesSecond);
    }

    [Fact]
    public void Targets_hold_from_the_options_on_and_can_be_changed_while_the_connection_runs()
    {
        // The cheap path takes 60 ms one way: it rules a target of 20 ms out.
        var options = new ConnectionOptions
        {
            Scheduler = "cheapestFirst",
            PathCosts = _dearFirst,
            SchedulerOptions = new SchedulerOptions { LatencyTarget = Duration.FromMillis(20) },
        };
        var message = TransferTests.Data(1_000);
        var pair = new StackPair { DelayOf = tuple => Duration.FromMillis(IsSecond(tuple) ? 60 : 5) }.Connect(options).Join();
        pair.RunFor(Duration.FromSeconds(1));
        Assert.Equal(message, pair.Transfer(fromClient: true, message));
        Assert.Equal((message.Length, false), Carried(pair));

        Assert.True(pair.Client.SetSchedulerOptions(pair.ClientSide, SchedulerOptions.Default));
        Assert.Equal(message, pair.Transfer(fromClient: true, message));
        Assert.Equal((message.Length, true), Carried(pair));
        Assert.False(pair.Client.SetSchedulerOptions(default, SchedulerOptions.Default));
    }

    private static bool IsSecond(FourTuple tuple) => tuple.Local.Address == StackPair.ClientB || tuple.Remote.Address == StackPair.ClientB;

    private static (long First, bool Second) Carried(StackPair pair)
    {
        var subflows = StackPair.Subflows(pair.Client, pair.ClientSide);
        return (subflows.Single(one => one.LocalId == 0).BytesSent, subflows.Single(one => one.LocalId == 1).BytesSent > 0);
    }
}
