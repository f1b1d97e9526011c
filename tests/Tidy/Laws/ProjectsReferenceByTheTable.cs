using Multipath.Tidy.Tests.Support;

namespace Multipath.Tidy.Tests.Laws;

internal sealed class ProjectsReferenceByTheTable : Law
{
    private const string Any = "*";

    /// <summary>A project and what it may reference: projects, and after a bar the needs that Directory.Build.targets provides.</summary>
    private static readonly Dictionary<string, string> Table = new(StringComparer.Ordinal)
    {
        ["Protocol"] = "|",
        ["Policies"] = "|",
        ["Contracts.Wire"] = "|GrpcApi",
        ["Contracts.Grains"] = "Policies|OrleansClient",
        ["Contracts.Telemetry"] = "|",
        ["Standalone.Orleans"] = "|",
        ["Standalone.Grpc"] = "|",
        ["Agent"] = "Contracts.Wire Contracts.Telemetry Policies Protocol|GrpcClient",
        ["Silo"] = "Contracts.Wire Contracts.Grains Contracts.Telemetry Policies|Orleans GrpcServer",
        ["Cli"] = "Contracts.Wire Policies|GrpcClient",
        ["Lab"] = "Agent Silo Cli Contracts.Wire Contracts.Grains Contracts.Telemetry Policies Protocol|GrpcClient",
        ["Aspire.AppHost"] = "Silo Cli Lab|",
        ["TestKit"] = "|",
        ["Bench"] = "*|*",
        ["Simulation"] = "*|*",
        ["Interop"] = "*|*",
        ["Browser"] = "*|*",
        ["Cluster"] = "*|*",
    };

    private static readonly Dictionary<string, string> PurePackages = new(StringComparer.Ordinal)
    {
        ["Protocol"] = "Microsoft.CodeAnalysis.BannedApiAnalyzers",
        ["Policies"] = "Microsoft.CodeAnalysis.BannedApiAnalyzers YamlDotNet",
    };

    public override string Rule => "A project references only what the table of the layout gives it, directly and by what it needs.";

    public override string Reason =>
        "Arrows run from hosts to contracts and pure cores, never back: the pure cores run in the silo, in the agent and in the simulator, "
        + "the silo must not carry a host's data plane, and an agent must not carry the cluster's runtime.";

    public override IEnumerable<Violation> Check(Tree tree) => tree.Projects.SelectMany(Check);

    private static IEnumerable<Violation> Check(SourceFile project)
    {
        var row = RowOf(project);
        if (row is null)
        {
            yield return new Violation(project.Path, 0, "stands in no row of the table");
            yield break;
        }

        var (projects, needs) = (row.Split('|')[0].Split(' '), row.Split('|')[1].Split(' '));
        foreach (var reference in Included(project, "ProjectReference").Select(NameOf).Where(name => !Allows(projects, name)))
        {
            yield return new Violation(project.Path, 0, $"references {reference}; may reference: {Listed(projects)}");
        }

        foreach (var need in Included(project, "Needs").Where(name => !Allows(needs, name)))
        {
            yield return new Violation(project.Path, 0, $"needs {need}; may need: {Listed(needs)}");
        }

        if (PurePackages.TryGetValue(project.Name, out var packages))
        {
            var taken = Included(project, "PackageReference").Concat(Included(project, "FrameworkReference"));
            foreach (var package in taken.Where(package => !packages.Split(' ').Contains(package)))
            {
                yield return new Violation(project.Path, 0, $"takes {package}; a pure project may take: {packages.Replace(" ", ", ")}");
            }
        }
    }

    /// <summary>A test project sees its subject, what that may see and the test kit; it may need whatever drives its subject.</summary>
    private static string? RowOf(SourceFile project)
    {
        if (!project.IsUnder("tests"))
        {
            return Table.GetValueOrDefault(project.Name);
        }

        var subject = project.Name.EndsWith(".Tests", StringComparison.Ordinal) ? project.Name[..^".Tests".Length] : project.Name;
        return subject switch
        {
            _ when subject == project.Name => Table.GetValueOrDefault(subject),
            "Tidy" => "TestKit|",
            "Contracts" => "Contracts.Wire Contracts.Grains Contracts.Telemetry Policies TestKit|*",
            "Helm" => "Silo Agent|",
            "OrleansContract" => "|Orleans",
            "Standalone.Grpc" or "Standalone.Orleans" => $"{subject} Contracts.Wire Contracts.Grains TestKit|*",
            _ when Table.TryGetValue(subject, out var row) && row.StartsWith(Any, StringComparison.Ordinal) => row,
            _ when Table.TryGetValue(subject, out var row) => $"{subject} TestKit {row.Split('|')[0]}|*",
            _ => null,
        };
    }

    private static IEnumerable<string> Included(SourceFile project, string item) =>
        project.Xml.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();

    private static string NameOf(string include) => Path.GetFileNameWithoutExtension(include.Replace('\\', '/'));

    private static bool Allows(string[] row, string name) => row.Contains(Any) || row.Contains(name);

    private static string Listed(string[] row) => row is [""] ? "nothing" : string.Join(", ", row.Where(name => name.Length > 0));
}
