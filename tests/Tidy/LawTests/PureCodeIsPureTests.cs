using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class PureCodeIsPureTests
{
    private static readonly string List = Tree.Repository.Find(PureCodeIsPure.ListPath)!.Text;

    [Theory]
    [InlineData("using System.Net.Sockets; class A { int B; }")]
    [InlineData("abstract class A { public abstract Task B(); }")]
    [InlineData("interface A { void B(CancellationToken c); }")]
    [InlineData("record A(System.Net.Sockets.Socket? B);")]
    [InlineData("class A { System.Net.Sockets.AddressFamily B; }")]
    [InlineData("class A { object B() => File.ReadAllText(\"x\"); }")]
    [InlineData("class A { Stopwatch? B; }", "using System.Diagnostics;")]
    [InlineData("class A { DateTime B() => DateTime.UtcNow; }")]
    [InlineData("class A { int B() => Random.Shared.Next(); }")]
    [InlineData("class A { object B() => Guid.NewGuid(); }")]
    [InlineData("class A { int B() => Environment.TickCount; }")]
    [InlineData("class A { TimeProvider[]? B; }")]
    public void What_acts_is_found(string text, string usings = "") =>
        Assert.Contains(Check(usings + text), violation => !violation.Message.StartsWith("cannot be judged", StringComparison.Ordinal));

    [Theory]
    [InlineData("class A { TimeSpan B(DateTimeOffset now) => now - DateTimeOffset.UnixEpoch; }")]
    [InlineData("class A { string B() { var text = new StringReader(\"x\"); return text.ReadToEnd(); } }")]
    [InlineData("class A { void B(bool c) => System.Diagnostics.Debug.Assert(c); }")]
    [InlineData("class A { System.Net.IPAddress B = System.Net.IPAddress.Any; }")]
    public void What_computes_is_not(string text) => Assert.Empty(Check(text));

    [Fact]
    public void A_name_that_hides_what_it_is_cannot_be_judged() =>
        Assert.Contains(
            Check("class A { Nowhere? B; }"), violation => violation.Message.StartsWith("cannot be judged", StringComparison.Ordinal));

    private static IEnumerable<Violation> Check(string text) =>
        new PureCodeIsPure().Check(Tree.Of((PureCodeIsPure.ListPath, List), ("Policies/A.cs", text)));
}
