using Multipath.Contracts.Wire;

namespace Multipath.Cli.Tests.Commands;

public sealed class PolicyCommandsTests
{
    [Fact]
    public async Task Apply_stores_what_it_read()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Reply = new ApplyPolicyReply { Name = "vans", Result = ApplyResult.Changed, Hosts = { "van-12", "van-7" } };
        var outcome = await Tool.RunAsync(["apply", "-f", "-", "--server", silo.Address], Sample.Yaml);
        Assert.Equal(new Outcome(0, "policy/vans changed, governs 2 hosts: van-12, van-7\n", ""), outcome);
        Assert.Equal([new ApplyPolicyRequest { Yaml = Sample.Yaml, FileName = "stdin" }], silo.Fleet.Applied);
    }

    [Fact]
    public async Task A_dry_run_says_so_to_the_silo_and_to_the_operator()
    {
        await using var silo = await FakeSilo.StartAsync();
        var outcome = await Tool.RunAsync(["apply", "--dry-run", "-f", "-", "--server", silo.Address], Sample.Yaml);
        Assert.Equal(new Outcome(0, "policy/vans created (dry run), governs no host\n", ""), outcome);
        Assert.True(Assert.Single(silo.Fleet.Applied).DryRun);
    }

    [Fact]
    public async Task A_refused_policy_is_printed_with_its_places()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Trouble = new Grpc.Core.Status(Grpc.Core.StatusCode.InvalidArgument, "stdin:5:3: unknown field\nstdin:6:3: another");
        var outcome = await Tool.RunAsync(["apply", "-f", "-", "--server", silo.Address], "x");
        Assert.Equal(new Outcome(2, "", "error: stdin:5:3: unknown field\nstdin:6:3: another\n"), outcome);
    }

    [Fact]
    public async Task Diff_of_the_same_is_silent()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Reply = new ApplyPolicyReply { Name = "vans", Result = ApplyResult.Unchanged };
        Assert.Equal(new Outcome(0, "", ""), await Tool.RunAsync(["diff", "-f", "-", "--server", silo.Address], Sample.Yaml));
        Assert.True(Assert.Single(silo.Fleet.Applied).DryRun);
    }

    [Fact]
    public async Task Diff_shows_the_lines_and_exits_with_1()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Policies.Add(Sample.Vans);
        silo.Fleet.Reply = new ApplyPolicyReply { Name = "vans", Result = ApplyResult.Changed, Hosts = { "van-7" } };
        var changed = Sample.Yaml.Replace("priority: 100", "priority: 90", StringComparison.Ordinal);
        const string expected = """
            --- policy/vans revision 3
            +++ stdin
            @@ -2,7 +2,7 @@
             kind: Policy
             metadata: {name: vans, labels: {team: logistics}}
             spec:
            -  priority: 100
            +  priority: 90
               hosts: class=van
               paths:
               - {name: wifi, match: {interface: "wl*"}, preference: 1}

            """;
        var outcome = await Tool.RunAsync(["diff", "-f", "-", "--server", silo.Address], changed);
        Assert.Equal(new Outcome(1, expected, "policy/vans would be changed; it governs 1 host: van-7\n"), outcome);
    }

    [Fact]
    public async Task Diff_that_cannot_be_made_exits_with_2()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Trouble = new Grpc.Core.Status(Grpc.Core.StatusCode.InvalidArgument, "stdin:1:1: not a policy");
        Assert.Equal(2, (await Tool.RunAsync(["diff", "-f", "-", "--server", silo.Address], "x")).Code);
    }

    [Fact]
    public async Task Delete_removes_once()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Policies.Add(Sample.Vans);
        Assert.Equal(new Outcome(0, "policy/vans deleted\n", ""), await silo.RunAsync("delete", "policy", "vans"));
        var missing = "error: there is no policy 'vans'\n  'mpctl get hosts' and 'mpctl get policies' list what there is.\n";
        Assert.Equal(new Outcome(2, "", missing), await silo.RunAsync("delete", "policy", "vans"));
    }

    [Fact]
    public async Task Describe_shows_the_policy_and_whom_it_governs()
    {
        await using var silo = await FakeSilo.StartAsync();
        silo.Fleet.Policies.Add(Sample.Vans);
        silo.Fleet.Hosts.AddRange([Sample.Settled, Sample.Away]);
        const string head = """
            Policy:       vans
            Revision:     3, changed 2026-03-01T07:00:00.000Z
            Priority:     100
            Selects:      class=van
            Governs:      van-7


            """;
        Assert.Equal(new Outcome(0, head + Sample.Yaml, ""), await silo.RunAsync("describe", "policy", "vans"));
    }

    [Fact]
    public async Task Check_needs_no_silo() => Assert.Equal(
        new Outcome(0, "stdin: policy/vans is right, 1 test passed\n", ""), await Tool.RunAsync(["check", "-"], Sample.Yaml));

    [Fact]
    public async Task Check_names_each_wrong_place()
    {
        var outcome = await Tool.RunAsync(["check", "-"], Sample.Yaml.Replace("preference: 1", "preferenc: 1", StringComparison.Ordinal));
        Assert.Equal(1, outcome.Code);
        Assert.StartsWith("stdin:8:", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("preferenc", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_runs_the_policys_own_tests()
    {
        var outcome = await Tool.RunAsync(["check", "-"], Sample.Yaml.Replace("active: [wifi]", "active: [lte]", StringComparison.Ordinal));
        Assert.Equal(1, outcome.Code);
        const string start = "stdin:13:1: test 'wifi first': expected active [lte], got active [wifi]";
        Assert.StartsWith(start, outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check", "nowhere.yaml")]
    [InlineData("apply", "-f", "nowhere.yaml")]
    public async Task A_missing_file_is_named(params string[] args) => Assert.Equal(
        new Outcome(2, "", "error: cannot read nowhere.yaml: there is no such file\n  Look at the name; '-' reads standard input.\n"),
        await Tool.RunAsync(args));
}
