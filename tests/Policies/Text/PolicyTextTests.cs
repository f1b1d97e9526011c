using System.Net;
using Multipath.Policies.Check;
using Multipath.Policies.Model;
using Multipath.Policies.Tests.Fixtures;
using Multipath.Policies.Text;

namespace Multipath.Policies.Tests.Text;

public sealed class PolicyTextTests
{
    private const string Head = "apiVersion: multipath/v1\nkind: Policy\nmetadata: {name: vans}\nspec:\n";

    public static TheoryData<string> Examples => new(Repository.ExamplePolicies.Select(f => Path.GetFileName(f)));

    [Theory]
    [MemberData(nameof(Examples))]
    public void Each_example_of_the_docs_is_accepted_and_keeps_its_own_tests(string file)
    {
        var result = PolicyText.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "policies", file)), file);
        Assert.Empty(result.Errors);
        Assert.NotEmpty(result.Value!.Tests);
        Assert.Empty(PolicyCheck.Run(result.Value));
    }

    [Fact]
    public void Every_field_of_the_vans_policy_reaches_the_model()
    {
        var policy = Given.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "policies", "vans.yaml")));
        Assert.Equal("vans", policy.Name);
        Assert.Equal("logistics", policy.Labels["team"]);
        Assert.Equal(100, policy.Priority);
        Assert.Equal("!canary,class in (truck,van)", policy.Hosts.ToString());
        Assert.Equal(new PathClass("wifi", new PathMatch("wl*")), policy.Paths[0]);
        Assert.Equal(new PathClass("lte", new PathMatch("wwan*"), 2, 3.50m), policy.Paths[1]);
        var carrier = new PathMatch(Address: IPNetwork.Parse("100.64.0.0/10"));
        Assert.Equal(new PathClass("sat", carrier, 3, 40, "EUR", PathRole.Backup), policy.Paths[2]);
        var sip = new TrafficMatch(RemotePorts: new PortRange(5060, 5061));
        Assert.Equal(new TrafficClass("voice", sip, Objective.Latency, new PathTarget(80, 1), "redundant"), policy.Traffic[0]);
        Assert.Equal(
            new TrafficClass("sync", new TrafficMatch(IPNetwork.Parse("203.0.113.0/24"), new PortRange(873, 873)), Objective.Cost),
            policy.Traffic[1]);
        Assert.Equal(HandoverRules.Default, policy.Handover);
        Assert.Equal(PlanLimits.Default, policy.Limits);
        Assert.Equal(new GivenPath("wifi", PathState.Up, 20, 30), policy.Tests[0].Given[0]);
        Assert.Equal<string>(["lte"], policy.Tests[0].Active!.Value);
        Assert.Null(policy.Tests[0].Avoid);
        Assert.Equal(23, policy.Tests[0].Line);
    }

    [Fact]
    public void What_is_not_yaml_is_said_with_the_whole_reason() => Assert.Equal(
        "p.yaml:2:4: this is not YAML: While parsing a flow sequence, did not find expected ',' or ']'.",
        Assert.Single(PolicyText.Parse("a: [1\n  b: {", "p.yaml").Errors).ToString());

    [Fact]
    public void What_is_not_given_keeps_its_default()
    {
        var policy = Given.Parse(Head + "  hosts: \"\"\n");
        Assert.Equal(new TrafficClass("default", new TrafficMatch(), Objective.Handover), Assert.Single(policy.Traffic));
        Assert.Equal(HandoverRules.Default, policy.Handover);
        Assert.Equal(PlanLimits.Default, policy.Limits);
        Assert.Equal(0, policy.Priority);
    }

    [Fact]
    public void An_unknown_field_is_told_with_what_is_expected() => AssertErrors(
        "  hosts: \"\"\n  prioriti: 3",
        "6:3: unknown field 'prioriti' in spec; expected priority, hosts, paths, traffic, handover, limits, tests; "
        + "did you mean 'priority'?");

    [Theory]
    [InlineData("quota: lte-pool", "6:37: unknown field 'quota' in spec.paths[0]; expected name, match, preference, cost, role")]
    [InlineData("preference: 0", "6:49: spec.paths[0].preference is '0'; expected an integer from 1 to 1000")]
    [InlineData("role: bakup", "6:43: spec.paths[0].role is 'bakup'; expected one of active, backup, avoid; did you mean 'backup'?")]
    [InlineData("cost: {perGiB: -1}", "6:52: spec.paths[0].cost.perGiB is '-1'; expected an amount of money, 0 or more, such as 3.50")]
    [InlineData(
        "cost: {currency: EUR}",
        "6:43: spec.paths[0].cost lacks the field 'perGiB'; expected an amount of money, 0 or more, such as 3.50")]
    [InlineData("name: b", "6:37: the field 'name' is given twice; the first is at 6:6")]
    [InlineData("match: 7", "6:37: the field 'match' is given twice; the first is at 6:15")]
    public void A_wrong_path_class_is_told_at_its_place(string field, string expected) =>
        AssertErrors($"  paths:\n  - {{name: a, match: {{gateway: ::}}, {field}}}\n  hosts: \"\"", expected);

    [Theory]
    [InlineData("downAfter: 300", "5:25: spec.handover.downAfter is '300'; expected a duration such as 300ms, 10s, 5m or 1h, up to 24h")]
    [InlineData("downAfter: 25h", "5:25: spec.handover.downAfter is '25h'; expected a duration such as 300ms, 10s, 5m or 1h, up to 24h")]
    [InlineData("downAfter: ~", "5:25: spec.handover.downAfter is nothing; expected a duration such as 300ms, 10s, 5m or 1h, up to 24h")]
    [InlineData("downAfter: [1s]", "5:25: spec.handover.downAfter is a list; expected a duration such as 300ms, 10s, 5m or 1h, up to 24h")]
    [InlineData("lossPct: 101%", "5:23: spec.handover.lossPct is '101%'; expected a percentage from 0 to 100, such as 20 or 20%")]
    [InlineData("makeBeforeBreak: yes", "5:31: spec.handover.makeBeforeBreak is 'yes'; expected one of true, false")]
    public void A_wrong_rule_is_told_at_its_place(string field, string expected) =>
        AssertErrors($"  handover: {{{field}}}\n  hosts: \"\"", expected);

    [Theory]
    [InlineData(
        "match: {remotePort: 5061-5060}",
        "spec.traffic[0].match.remotePort is '5061-5060'; expected a port or a range of ports, such as 873 or 5060-5061")]
    [InlineData(
        "match: {remote: 203.0.113.7/24}",
        "spec.traffic[0].match.remote is '203.0.113.7/24'; "
        + "expected a network such as 10.0.0.0/8 or 2001:db8::/32 with no bit set behind the prefix, or an address")]
    [InlineData("match: {}", "an empty match; expected remote, remotePort or localPort, or no 'match' to match everything")]
    [InlineData("target: {}", "an empty target; expected rttMs or lossPct")]
    [InlineData("maxPerDay: 2.00", "unknown field 'maxPerDay' in spec.traffic[0]; expected name, match, objective, target, scheduler")]
    [InlineData("objective: latncy", "the field 'objective' is given twice; the first is at 6:15")]
    public void A_wrong_traffic_class_is_told(string field, string expected) => Assert.Contains(
        Errors($"  traffic:\n  - {{name: a, objective: cost, {field}}}\n  - {{name: rest, objective: handover}}\n  hosts: \"\""),
        e => e.Message == expected && e.Line == 6);

    [Theory]
    [InlineData("  hosts: class in van", "5:19: in spec.hosts: found 'v'; expected '(' and a list of values")]
    [InlineData("  hosts: \"class in van\"", "5:20: in spec.hosts: found 'v'; expected '(' and a list of values")]
    [InlineData("  hosts: !canary", "5:10: YAML tags (!name) are not accepted; put a text that starts with '!' in quotes")]
    [InlineData("  hosts:", "5:9: spec.hosts is nothing; write \"\" to select every host")]
    [InlineData("  hosts: [a]", "5:10: spec.hosts is a list; expected a label selector such as class in (van, truck), !canary")]
    [InlineData("  priority: 1", "5:3: spec lacks the field 'hosts'; expected a label selector; \"\" selects every host")]
    [InlineData("  hosts: &a x", "5:10: anchors (&name) are not accepted; write the value out")]
    [InlineData("  hosts: *a", "5:10: aliases (*name) are not accepted; write the value out")]
    [InlineData("  hosts: \"\"\n---\na: 1", "6:1: a second document starts here; expected one policy in a text")]
    public void Wrong_hosts_are_told_at_their_place(string spec, string expected) => AssertErrors(spec, expected);

    [Fact]
    public void All_errors_are_told_at_once_in_the_order_of_the_text()
    {
        const string head = "apiVersion: v1\nkind: Polcy\nmetadata: {name: -x}\n";
        var errors = PolicyText.Parse(head + "spec: {hosts: \"\", priority: high, rollout: {}}\n", "p").Errors;
        Assert.Equal<string>(
        [
            "p:1:13: apiVersion is 'v1'; expected one of multipath/v1",
            "p:2:7: kind is 'Polcy'; expected one of Policy; did you mean 'Policy'?",
            "p:3:18: metadata.name is '-x'; expected a name of letters, digits, '-', '_' and '.', up to 63, "
                + "that starts and ends with a letter or digit",
            "p:4:29: spec.priority is 'high'; expected an integer from -1000000 to 1000000",
            "p:4:35: unknown field 'rollout' in spec; expected priority, hosts, paths, traffic, handover, limits, tests",
        ],
        errors.Select(e => e.ToString()));
    }

    [Fact]
    public void A_text_that_is_no_policy_is_refused()
    {
        Assert.Equal("f:1:1: the text is empty; expected a policy (apiVersion, kind, metadata, spec)", Single(""));
        Assert.Equal("f:1:1: a policy is a map of fields, not 'hello'", Single("hello"));
        Assert.Equal("f:1:1: the text has 65537 bytes; at most 65536 are accepted", Single(new string('a', 65537)));
        Assert.Equal("f:1:17: nested deeper than 16 levels", Single(new string('[', 5000)));
        Assert.StartsWith("f:1:", Single("a: 'b"), StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_that_contradict_each_other_are_refused()
    {
        const string spec = """
              hosts: ""
              paths:
              - {name: other, match: {interface: a}}
              - {name: a, match: {interface: a}, cost: {perGiB: 1, currency: EUR}}
              - {name: a, match: {}, cost: {perGiB: 1, currency: USD}}
              traffic:
              - {name: x, objective: cost}
              - {name: x, objective: handover, match: {localPort: 1}}
              tests:
              - {name: t, given: {paths: []}, expect: {class: y}}
              - {name: t, given: {paths: [{name: b}]}, expect: {class: x, active: [c]}}
            """;
        Assert.Equal<string>(
        [
            "p:7:5: a path class cannot be named 'other': that is the class of paths which match none",
            "p:9:5: a second path class is named 'a'",
            "p:9:22: an empty match; expected interface, address or gateway (interface: \"*\" matches every path)",
            "p:11:5: the objective cost cannot compare EUR with USD; expected one currency in spec.paths",
            "p:12:5: a second traffic class is named 'x'",
            "p:12:5: the traffic class 'x' is never reached: 'x' before it matches everything",
            "p:12:5: the last traffic class, 'x', does not match everything; expected one without 'match' at the end",
            "p:14:22: a test without paths; expected given.paths with at least one",
            "p:14:43: a test that expects nothing; expected active, backup or avoid",
            "p:14:51: spec.tests[0].expect.class is 'y'; expected one of x; did you mean 'x'?",
            "p:15:38: spec.tests[1].given.paths[0].name is 'b'; expected one of other, a; did you mean 'a'?",
            "p:15:72: spec.tests[1].expect.active[0] is 'c'; expected one of other, a; did you mean 'a'?",
        ],
        PolicyText.Parse(Head + spec, "p").Errors.Select(e => e.ToString()));
    }

    private static string Single(string text) => Assert.Single(PolicyText.Parse(text, "f").Errors).ToString();

    private static EquatableArray<PolicyError> Errors(string spec) => PolicyText.Parse(Head + spec, "p.yaml").Errors;

    private static void AssertErrors(string spec, string expected) =>
        Assert.Equal($"p.yaml:{expected}", Assert.Single(Errors(spec)).ToString());
}
