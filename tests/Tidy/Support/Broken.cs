namespace Multipath.Tidy.Tests.Support;

internal static class Broken
{
    /// <summary>Asserts that the law finds exactly these violations, in this order.</summary>
    public static void By<TLaw>(Tree tree, params string[] expected)
        where TLaw : Law, new() =>
        Assert.Equal(expected, new TLaw().Check(tree).Select(violation => violation.ToString()));

    /// <summary>Asserts how many violations the law finds in one file.</summary>
    public static void Times<TLaw>(int expected, string path, string text)
        where TLaw : Law, new()
    {
        var law = new TLaw();
        var violations = law.Check(Tree.Of((path, text))).ToArray();
        Assert.True(violations.Length == expected, $"expected {expected}, found {violations.Length}\n{law.Explain(violations)}");
    }
}
