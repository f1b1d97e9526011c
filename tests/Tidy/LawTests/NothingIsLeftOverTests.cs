using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class NothingIsLeftOverTests
{
    [Theory]
    [InlineData("class A; // TODO: more")]
    [InlineData("/* FIXME */ class A;")]
    [InlineData("/// <summary>HACK</summary>\nclass A;")]
    [InlineData("class A { void B() => throw new NotImplementedException(); }")]
    [InlineData("class A { void B() => throw new System.NotImplementedException(); }")]
    [InlineData("class A;\n// var b = Compute(1);")]
    [InlineData("class A;\n// return Compute();")]
    [InlineData("class A;\n// if (b) {")]
    [InlineData("class A;\n// }")]
    public void A_leftover_is_found(string text) => Broken.Times<NothingIsLeftOver>(1, "Agent/A.cs", text);

    [Theory]
    [InlineData("class A; // The kernel answers first; we wait.")]
    [InlineData("class A; // Holds for IPv4 (RFC 8684, section 3.1);")]
    [InlineData("class A { string B = \"TODO\"; }")]
    [InlineData("class A; // Hackers beware: a todo list is no leftover.")]
    public void Prose_is_not(string text) => Broken.Times<NothingIsLeftOver>(0, "Agent/A.cs", text);

    [Theory]
    [InlineData("helm/values.yaml", "a: 1 # TODO", 1)]
    [InlineData("Contracts/Wire/a.proto", "// XXX", 1)]
    [InlineData("helm/values.yaml", "a: 1 # to do with paths", 0)]
    public void Other_files_are_read_too(string path, string text, int violations) =>
        Broken.Times<NothingIsLeftOver>(violations, path, text);
}
