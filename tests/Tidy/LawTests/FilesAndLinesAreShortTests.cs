using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class FilesAndLinesAreShortTests
{
    [Theory]
    [InlineData("Silo/A.cs", 300, 0)]
    [InlineData("Silo/A.cs", 301, 1)]
    [InlineData("tests/Silo/A.cs", 400, 0)]
    [InlineData("tests/Silo/A.cs", 401, 1)]
    [InlineData("docs/a.md", 1000, 0)]
    public void Files_have_a_limit(string path, int lines, int violations) =>
        Broken.Times<FilesAndLinesAreShort>(violations, path, string.Concat(Enumerable.Repeat("\n", lines - 1)) + "x");

    [Fact]
    public void A_long_line_is_found_with_its_number() => Broken.By<FilesAndLinesAreShort>(
        Tree.Of(("Silo/A.cs", new string('x', 140) + "\n" + new string('y', 150) + "\n")), "Silo/A.cs:2: 150 characters, at most 140");
}
