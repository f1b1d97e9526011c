using Multipath.Policies.Model;
using Multipath.Policies.Select;
using Multipath.Policies.Tests.Fixtures;

namespace Multipath.Policies.Tests.Select;

public sealed class PolicySetTests
{
    private static readonly Dictionary<string, string> Van = new() { ["class"] = "van" };

    [Fact]
    public void The_highest_priority_that_selects_the_host_wins()
    {
        var set = PolicySet.Of([Policy("low", 1, ""), Policy("high", 9, "class=truck"), Policy("mid", 5, "class=van")]);
        Assert.Equal("mid", set.Select(Van)?.Name);
        Assert.Equal("low", set.Without("mid").Select(Van)?.Name);
        Assert.Null(set.Without("mid").Without("low").Select(Van));
        Assert.Equal<string>(["high", "mid", "low"], set.InOrder.Select(p => p.Name));
    }

    [Fact]
    public void Ties_go_to_the_first_name_in_ordinal_order()
    {
        var set = PolicySet.Empty.With(Policy("b", 1, "")).With(Policy("a", 1, "")).With(Policy("B", 1, ""));
        Assert.Equal("B", set.Select(Van)?.Name);
    }

    [Fact]
    public void A_policy_replaces_the_one_with_its_name()
    {
        var set = PolicySet.Empty.With(Policy("a", 1, "")).With(Policy("a", 2, "class=truck"));
        Assert.Equal(2, set.Find("a")?.Priority);
        Assert.Null(set.Select(Van));
        Assert.Same(set, set.Without("x"));
    }

    private static Policy Policy(string name, int priority, string hosts) =>
        Given.Policy() with { Name = name, Priority = priority, Hosts = LabelSelector.Parse(hosts).Value! };
}
