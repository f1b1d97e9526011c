using Grpc.Core;
using Multipath.Contracts.Wire;
using Multipath.Silo.Rpc;
using Multipath.Silo.Tests.Support;
using Multipath.TestKit;

namespace Multipath.Silo.Tests.Rpc;

public sealed class HeartbeatTests
{
    [Fact]
    public async Task Silence_for_three_heartbeats_ends_a_session()
    {
        var time = new FakeTime();
        await using var silo = await TestSilo.Start(options => options with { Clock = time });
        await using var agent = await silo.Agent();
        await agent.ReportAll();
        await agent.UntilQuiet();

        time.Advance(TimeSpan.FromSeconds(14));
        await agent.UntilQuiet();
        time.Advance(TimeSpan.FromSeconds(14));
        await agent.UntilQuiet();
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(StatusCode.DeadlineExceeded, (await agent.End()).StatusCode);
        await silo.HostIs(HostStatus.Away);
    }

    [Fact]
    public async Task A_plan_without_an_answer_is_pushed_again()
    {
        var time = new FakeTime();
        await using var silo = await StartAsync(time);
        await using var agent = await silo.Agent();
        var first = await agent.FirstPlan();
        await agent.UntilQuiet();
        time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(first.Version, (await agent.Plan()).Version);
    }

    [Fact]
    public async Task The_recheck_timer_ranks_again_though_nothing_is_reported()
    {
        var time = new FakeTime();
        await using var silo = await StartAsync(time);
        await using var agent = await silo.Agent();
        await agent.Ack(await agent.FirstPlan());
        await agent.Report(TestAgent.Path("wlan0", "10.1.0.2", PathState.LinkDown));
        await agent.Ack(await agent.Plan());
        await agent.Report(TestAgent.Path("wlan0", "10.1.0.2"));
        Assert.DoesNotContain(
            await agent.UntilQuiet(),
            message => message.Plan?.Classes[0].Paths.Any(path => path.Path.Interface == "wlan0" && path.Role == PathRole.Active) == true);

        time.Advance(TimeSpan.FromSeconds(11));
        await agent.UntilActive("wlan0");
    }

    /// <summary>A silo with a policy, which hears of an agent so seldom that silence ends no session.</summary>
    private static Task<TestSilo> StartAsync(FakeTime time) => TestSilo.StartWithPolicy(options => options with
    {
        Clock = time,
        Sessions = new SessionSettings { Heartbeat = TimeSpan.FromMinutes(10) },
    });
}
