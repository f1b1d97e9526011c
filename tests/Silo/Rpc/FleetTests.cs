using Grpc.Core;
using Multipath.Contracts.Wire;
using Multipath.Silo.Tests.Support;

namespace Multipath.Silo.Tests.Rpc;

public sealed class FleetTests
{
    [Fact]
    public async Task A_bad_policy_is_refused_whole_with_file_line_and_column()
    {
        await using var silo = await TestSilo.Start();
        var bad = Texts.Policy().Replace("preference: 2", "preferense: 2", StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<RpcException>(() => silo.Apply(bad));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Matches(@"^vans\.yaml:\d+:\d+: .*preferense", error.Status.Detail);
        Assert.Empty((await silo.Fleet.ListPoliciesAsync(new ListPoliciesRequest())).Policies);
    }

    [Fact]
    public async Task A_policy_whose_own_test_fails_is_refused()
    {
        await using var silo = await TestSilo.Start();
        var failing = Texts.Policy() + """

              tests:
              - name: lte first
                given:
                  paths:
                  - name: wifi
                    rttMs: 20
                  - name: lte
                    rttMs: 60
                expect:
                  class: default
                  active: [lte]
            """.Replace("\n            ", "\n", StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<RpcException>(() => silo.Apply(failing));
        Assert.Matches(@"^vans\.yaml:\d+:1: test 'lte first': expected", error.Status.Detail);
    }

    [Fact]
    public async Task Applying_again_changes_nothing_and_a_dry_run_stores_nothing()
    {
        await using var silo = await TestSilo.Start();
        Assert.Equal((ApplyResult.Created, 1ul), Shape(await silo.Apply(Texts.Policy(), dryRun: true)));
        Assert.Empty((await silo.Fleet.ListPoliciesAsync(new ListPoliciesRequest())).Policies);
        Assert.Equal((ApplyResult.Created, 1ul), Shape(await silo.Apply(Texts.Policy())));
        Assert.Equal((ApplyResult.Unchanged, 1ul), Shape(await silo.Apply(Texts.Policy())));
        Assert.Equal((ApplyResult.Changed, 2ul), Shape(await silo.Apply(Texts.Policy(priority: 5))));
        await silo.Fleet.DeletePolicyAsync(new DeletePolicyRequest { Name = "vans" });
        Assert.Equal((ApplyResult.Created, 3ul), Shape(await silo.Apply(Texts.Policy())));

        static (ApplyResult, ulong) Shape(ApplyPolicyReply reply) => (reply.Result, reply.Revision);
    }

    [Fact]
    public async Task An_edit_reaches_only_the_hosts_that_it_affects()
    {
        await using var silo = await TestSilo.Start();
        await silo.Apply(Texts.Policy("vans", "class=van"));
        await silo.Apply(Texts.Policy("trucks", "class=truck"));
        await using var van = await silo.Agent("van-1", "class=van");
        await using var truck = await silo.Agent("truck-1", "class=truck");
        foreach (var agent in new[] { van, truck })
        {
            await agent.Ack(await agent.FirstPlan());
            await agent.UntilQuiet();
        }

        Assert.Equal(["van-1"], (await silo.Apply(Texts.Policy("vans", "class=van", wifi: 2, lte: 1))).Hosts);
        var plan = await van.Plan();
        Assert.Equal("vans", plan.Policy);
        Assert.Empty(await truck.UntilQuiet());
    }

    [Fact]
    public async Task The_higher_priority_governs_and_a_deletion_gives_the_host_back()
    {
        await using var silo = await TestSilo.Start();
        await silo.Apply(Texts.Policy("vans"));
        await using var agent = await silo.Agent();
        await agent.Ack(await agent.FirstPlan());
        Assert.Equal(["van-1"], (await silo.Apply(Texts.Policy("all", "\"\"", priority: 200))).Hosts);
        var taken = await agent.Plan();
        Assert.Equal("all", taken.Policy);
        await agent.Ack(taken);
        await silo.Fleet.DeletePolicyAsync(new DeletePolicyRequest { Name = "all" });
        Assert.Equal("vans", (await agent.Plan()).Policy);
        await silo.Fleet.DeletePolicyAsync(new DeletePolicyRequest { Name = "vans" });
        await silo.HostIs(HostStatus.Unmanaged);
    }

    [Fact]
    public async Task Hosts_are_listed_by_selector_and_what_is_unknown_is_not_found()
    {
        await using var silo = await TestSilo.Start();
        await using var van = await silo.Agent("van-1", "class=van");
        await van.UntilQuiet();
        await using var truck = await silo.Agent("truck-1", "class=truck");
        await truck.UntilQuiet();
        var vans = await silo.Fleet.ListHostsAsync(new ListHostsRequest { Selector = "class in (van)" });
        Assert.Equal(["van-1"], vans.Hosts.Select(host => host.Host));
        Assert.Equal(StatusCode.InvalidArgument,
            await CodeOf(async () => await silo.Fleet.ListHostsAsync(new ListHostsRequest { Selector = "(" })));
        var nobody = await Assert.ThrowsAsync<RpcException>(async () => await silo.Host("nobody"));
        Assert.Equal((StatusCode.NotFound, "the fleet never saw host 'nobody'"), (nobody.StatusCode, nobody.Status.Detail));
        Assert.Equal(StatusCode.NotFound, await CodeOf(async () => await silo.Host("no body/..")));
        Assert.Equal(StatusCode.NotFound,
            await CodeOf(async () => await silo.Fleet.DeletePolicyAsync(new DeletePolicyRequest { Name = "none" })));
    }

    private static async Task<StatusCode> CodeOf(Func<Task> call) => (await Assert.ThrowsAsync<RpcException>(call)).StatusCode;
}
