using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.LawTests;

public sealed class TopLevelIsTheLayoutTests
{
    [Fact]
    public void A_note_and_a_second_home_are_strangers() =>
        Broken.By<TopLevelIsTheLayout>(
            Tree.Of(("NOTES.md", ""), ("src/A.cs", ""), ("src/B.cs", "")),
            "NOTES.md: not in the layout", "src: not in the layout");

    [Fact]
    public void The_layout_and_dotfiles_are_not() =>
        Broken.By<TopLevelIsTheLayout>(Tree.Of(("README.md", ""), ("Silo/Program.cs", ""), (".ci/run", ""), (".editorconfig", "")));
}
