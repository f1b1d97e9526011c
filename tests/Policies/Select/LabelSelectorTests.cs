using FsCheck;
using FsCheck.Fluent;
using Multipath.Policies.Select;

namespace Multipath.Policies.Tests.Select;

public sealed class LabelSelectorTests
{
    private static readonly Dictionary<string, string> Van = new() { ["class"] = "van", ["team/area"] = "north", ["empty"] = "" };

    [Theory]
    [InlineData("", true)]
    [InlineData("class=van", true)]
    [InlineData("class == van", true)]
    [InlineData("class=truck", false)]
    [InlineData("class!=truck", true)]
    [InlineData("class!=van", false)]
    [InlineData("absent!=x", true)]
    [InlineData("absent=x", false)]
    [InlineData("class in (van, truck)", true)]
    [InlineData("class in(truck)", false)]
    [InlineData("class notin (truck)", true)]
    [InlineData("class notin (van)", false)]
    [InlineData("absent notin (van)", true)]
    [InlineData("absent in (van)", false)]
    [InlineData("class", true)]
    [InlineData("!class", false)]
    [InlineData("! absent", true)]
    [InlineData("empty=", true)]
    [InlineData("class=", false)]
    [InlineData("empty in (,a)", true)]
    [InlineData("team/area=north,class,!absent", true)]
    [InlineData("team/area=north,class=car", false)]
    [InlineData("class=Van", false)]
    public void Matches_as_in_Kubernetes(string text, bool expected) => Assert.Equal(expected, Read(text).Matches(Van));

    [Theory]
    [InlineData("  b == 2 , a in ( y , x, y )", "a in (x,y),b=2")]
    [InlineData("a notin (x),!c,b", "a!=x,b,!c")]
    [InlineData("a=1,a==1", "a=1")]
    [InlineData("", "")]
    public void Has_a_canonical_text(string text, string expected)
    {
        Assert.Equal(expected, Read(text).ToString());
        Assert.Equal(Read(text), Read(expected));
        Assert.Equal(Read(text).GetHashCode(), Read(expected).GetHashCode());
    }

    [Theory]
    [InlineData("a,", "selector:1:3: found the end; expected a label's key")]
    [InlineData(",a", "selector:1:1: found ','; expected a label's key")]
    [InlineData("a b", "selector:1:3: found 'b'; expected ',' or the end, or one of =, ==, !=, in, notin behind a key")]
    [InlineData("a > 1", "selector:1:3: found '>'; expected ',' or the end, or one of =, ==, !=, in, notin behind a key")]
    [InlineData("a in (b", "selector:1:8: found the end; expected ',' or ')'")]
    [InlineData("a in b", "selector:1:6: found 'b'; expected '(' and a list of values")]
    [InlineData("in=b", "selector:1:1: 'in' is not a label's key; expected [prefix/]name")]
    [InlineData("-a", "selector:1:1: '-a' is not a label's key; expected [prefix/]name")]
    [InlineData("A_/x", "selector:1:1: 'A_/x' is not a label's key; expected [prefix/]name")]
    [InlineData("!!a", "selector:1:2: found '!'; expected a label's key")]
    [InlineData("a=-", "selector:1:3: '-' is not a label's value; expected up to 63 letters, digits, '-', '_' and '.', "
        + "letter or digit first and last")]
    public void Tells_what_is_wrong_and_where(string text, string expected) =>
        Assert.Equal(expected, Assert.Single(LabelSelector.Parse(text).Errors).ToString());

    [Fact]
    public void Bounds_what_it_reads()
    {
        Assert.NotEmpty(LabelSelector.Parse(new string('a', 4097)).Errors);
        Assert.NotEmpty(LabelSelector.Parse(string.Join(",", Enumerable.Range(0, 65).Select(i => $"k{i}"))).Errors);
        Assert.NotEmpty(LabelSelector.Parse($"k={new string('v', 64)}").Errors);
    }

    [Fact]
    public void Any_text_gives_a_result_and_canonical_text_reads_back() => Prop
        .ForAll(
            Gen.Elements("a", "b", "in", "notin", "=", "==", "!=", "!", "(", ")", ",", " ", "x/y", "-")
                .ArrayOf()
                .Select(string.Concat)
                .ToArbitrary(),
            text => LabelSelector.Parse(text).Value is not { } selector || LabelSelector.Parse(selector.ToString()).Value == selector)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    private static LabelSelector Read(string text)
    {
        var result = LabelSelector.Parse(text);
        Assert.Empty(result.Errors);
        return result.Value!;
    }
}
