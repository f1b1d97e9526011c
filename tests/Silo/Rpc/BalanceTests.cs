using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Contracts.Grains;
using Multipath.Silo.Rpc;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;
using Orleans;

namespace Multipath.Silo.Tests.Rpc;

public sealed class BalanceTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(11, 1, 0)]
    [InlineData(12, 1, 11)]
    [InlineData(120, 100, 0)]
    [InlineData(121, 100, 21)]
    [InlineData(1_000, 500, 500)]
    public void Only_a_silo_with_clearly_more_than_its_share_gives_sessions_away(int sessions, int share, int excess) =>
        Assert.Equal(excess, LastingExcess.Excess(sessions, share));

    [Fact]
    public async Task An_agent_that_is_asked_to_move_is_told_to_connect_again()
    {
        await using var silo = await TestSilo.Start();
        await using var agent = await silo.Agent();
        await agent.ReportAll();
        await agent.UntilQuiet();
        Assert.Single(silo.Services.GetRequiredService<OpenSessions>().Some(2)).AskToMove();
        Assert.Equal(
            new Status(StatusCode.Unavailable, "Another silo has more room; connect again."), await agent.End(), (one, other) =>
                one.StatusCode == other.StatusCode && one.Detail == other.Detail);
    }

    [Fact]
    public async Task The_share_is_that_of_the_silos_that_were_heard_of_lately()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.Start(options => options with { Clock = time });
        var census = silo.Services.GetRequiredService<IGrainFactory>().GetGrain<ICensusGrain>("of this test");
        Assert.Equal(10, await census.Count("a", 10));
        Assert.Equal(6, await census.Count("b", 1));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(6, await census.Count("a", 10));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(10, await census.Count("a", 10));
    }

    [Fact]
    public async Task Nobody_moves_for_a_silo_that_is_lost_though_its_sessions_are_counted_twice_for_a_while()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.Start(options => options with { Clock = time });
        var census = silo.Services.GetRequiredService<IGrainFactory>().GetGrain<ICensusGrain>("of this test");
        var excess = new LastingExcess(time);
        await census.Count("lost", 500);
        Assert.Equal(0, excess.Of(500, await census.Count("left", 500)));
        Assert.Equal(250, LastingExcess.Excess(1_000, await census.Count("left", 1_000)));
        for (var count = 0; count < 20; count++)
        {
            Assert.Equal(0, excess.Of(1_000, await census.Count("left", 1_000)));
            time.Advance(SessionBalance.Period);
        }
    }

    [Fact]
    public void An_excess_that_lasts_moves_agents_until_it_is_gone()
    {
        var time = new FakeTime();
        var excess = new LastingExcess(time);
        for (var waited = TimeSpan.Zero; waited < LastingExcess.Lasting; waited += SessionBalance.Period)
        {
            Assert.Equal(0, excess.Of(1_000, 500));
            time.Advance(SessionBalance.Period);
        }

        Assert.Equal(500, excess.Of(1_000, 500));
        time.Advance(SessionBalance.Period);
        Assert.Equal(400, excess.Of(900, 500));
        Assert.Equal(0, excess.Of(510, 500));
        Assert.Equal(0, excess.Of(900, 500));
    }

    [Fact]
    public void Streams_of_a_silo_that_stops_end_one_by_one_within_a_bound()
    {
        Assert.Equal(TimeSpan.Zero, StreamEnd.Moment(1));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.InRange(StreamEnd.Moment(501), TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.InRange(StreamEnd.Moment(1_000_000), TimeSpan.Zero, TimeSpan.FromSeconds(20)));
    }
}
