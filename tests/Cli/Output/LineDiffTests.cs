using Multipath.Cli.Output;

namespace Multipath.Cli.Tests.Output;

public sealed class LineDiffTests
{
    [Fact]
    public void The_same_has_no_difference() => Assert.Equal("", LineDiff.Unified("a", "x\ny\n", "b", "x\ny"));

    [Fact]
    public void From_nothing_everything_is_added() =>
        Assert.Equal("--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n", LineDiff.Unified("a", "", "b", "x\ny\n"));

    [Fact]
    public void Changes_far_apart_are_hunks_of_their_own()
    {
        var before = string.Join('\n', Enumerable.Range(1, 20));
        var after = before.Replace("2\n3\n", "2\nthree\n", StringComparison.Ordinal) + "\n21";
        const string expected = """
            --- a
            +++ b
            @@ -1,6 +1,6 @@
             1
             2
            -3
            +three
             4
             5
             6
            @@ -18,3 +18,4 @@
             18
             19
             20
            +21

            """;
        Assert.Equal(expected, LineDiff.Unified("a", before, "b", after));
    }
}
