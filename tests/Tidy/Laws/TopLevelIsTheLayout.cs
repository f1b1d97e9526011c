using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed class TopLevelIsTheLayout : Law
{
    private static readonly HashSet<string> Folders = new(StringComparer.Ordinal)
    {
        "Protocol", "Policies", "Contracts", "Standalone", "Agent", "Silo", "Cli", "Lab", "Aspire.AppHost", "helm", "docs", "tests",
    };

    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "ControlPlane.sln", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "README.md", "global.json",
    };

    public override string Rule => "The top level holds the layout's folders, the solution, its central files and dotfiles; nothing else.";

    public override string Reason =>
        "A newcomer reads the architecture off the top level; plans, notes and a second home for a thing blur it.";

    public override IEnumerable<Violation> Check(Tree tree) =>
        from file in tree.Files
        let parts = file.Path.Split('/')
        let known = parts.Length == 1 ? Names.Contains(parts[0]) : Folders.Contains(parts[0])
        where !known && !parts[0].StartsWith('.')
        group file by parts[0] into strangers
        select new Violation(strangers.Key, 0, "not in the layout");
}
