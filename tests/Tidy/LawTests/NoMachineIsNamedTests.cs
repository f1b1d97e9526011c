using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class NoMachineIsNamedTests
{
    // Put together, so that this file keeps the law itself.
    [Theory]
    [InlineData("/", "work/main/Silo")]
    [InlineData("cd /", "home/ann/src")]
    [InlineData("\"/", "Users/ann\"")]
    [InlineData("C:", @"\Users\ann")]
    [InlineData("https://packages.example", "/nuget/v3/index.json")]
    [InlineData("pip install --index-", "url x")]
    [InlineData("<Restore", "Sources>")]
    public void A_folder_and_a_source_are_found(string start, string end) =>
        Broken.Times<NoMachineIsNamed>(1, "docs/a.md", $"see {start}{end}");

    [Theory]
    [InlineData("/proc/net and /tmp/multipath")]
    [InlineData("homework/work/out")]
    [InlineData("https://www.rfc-editor.org/rfc/rfc8684")]
    public void Others_are_not(string text) => Broken.Times<NoMachineIsNamed>(0, "docs/a.md", text);

    [Fact]
    public void A_source_setting_is_found() =>
        Broken.By<NoMachineIsNamed>(Tree.Of(("Silo/NuGet.config", "<a/>")), "Silo/NuGet.config: sets package sources");
}
