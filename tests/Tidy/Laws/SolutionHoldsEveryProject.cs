using System.Text.RegularExpressions;
using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed partial class SolutionHoldsEveryProject : Law
{
    public override string Rule =>
        "Every project is in ControlPlane.sln and no other; a project under tests is tests/X/X.Tests, or is marked IsTestSupport.";

    public override string Reason =>
        "What is not in the solution is neither built nor tested, and a test project with another name gets no test packages "
        + "and does not see the internals of its subject.";

    public override IEnumerable<Violation> Check(Tree tree)
    {
        var solution = tree.Find("ControlPlane.sln");
        var listed = Listed().Matches(solution?.Text ?? "").Select(match => match.Groups[1].Value.Replace('\\', '/')).ToHashSet();
        foreach (var project in tree.Projects.Where(project => !listed.Contains(project.Path)))
        {
            yield return new Violation(project.Path, 0, "is not in ControlPlane.sln");
        }

        foreach (var gone in listed.Where(path => tree.Find(path) is null))
        {
            yield return new Violation("ControlPlane.sln", 0, $"names {gone}, which does not exist");
        }

        foreach (var project in tree.Projects.Where(project => project.IsUnder("tests") && !IsWellNamed(project)))
        {
            yield return new Violation(project.Path, 0, "is neither tests/X/X.Tests.csproj nor marked IsTestSupport");
        }
    }

    private static bool IsWellNamed(SourceFile project)
    {
        var folder = project.Path.Split('/')[1];
        return project.Path == $"tests/{folder}/{folder}.Tests.csproj"
            || project.Xml.Descendants("IsTestSupport").Any(element => element.Value == "true");
    }

    [GeneratedRegex("""^Project\("[^"]*"\) = "[^"]*", "([^"]*\.csproj)",""", RegexOptions.Multiline)]
    private static partial Regex Listed();
}
