using Multipath.Tidy.Tests.Laws;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests;

public sealed class LawsTests
{
    private static readonly Law[] All =
    [
        new TopLevelIsTheLayout(), new ProjectsReferenceByTheTable(), new SolutionHoldsEveryProject(), new HostingIsChosenInOnePlace(),
        new ImportsFollowTheArrows(), new ProtobufStopsAtTheEdge(), new PureCodeIsPure(), new FilesAndLinesAreShort(),
        new NothingIsLeftOver(), new TestsNeitherSleepNorPretend(), new NoMachineIsNamed(), new GrainContractsAreImmutable(),
        new GrainsAreDeterministic(),
    ];

    public static TheoryData<string> Laws => [.. All.Select(law => law.ToString())];

    [Theory]
    [MemberData(nameof(Laws))]
    public void Repository_keeps(string name)
    {
        var law = All.Single(law => law.ToString() == name);
        var violations = law.Check(Tree.Repository).ToArray();
        Assert.True(violations.Length == 0, law.Explain(violations));
    }

    [Fact]
    public void Every_law_is_in_force()
    {
        var written = typeof(LawsTests).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Law))).Select(type => type.Name);
        Assert.Equal(written.Order(StringComparer.Ordinal), All.Select(law => law.ToString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_law_has_a_test_that_breaks_it()
    {
        var tests = Tree.Repository.Files.Where(file => file.IsUnder("tests/Tidy/LawTests")).Select(file => file.Name);
        Assert.Equal(All.Select(law => law + "Tests").Order(StringComparer.Ordinal), tests.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_failure_names_the_law_its_reason_and_the_place()
    {
        var law = new FilesAndLinesAreShort();
        var text = law.Explain(law.Check(Tree.Of(("Agent/A.cs", new string('a', 141)))));
        Assert.Equal($"{law.Rule}\nReason: {law.Reason}\n  Agent/A.cs:1: 141 characters, at most 140", text);
    }
}
