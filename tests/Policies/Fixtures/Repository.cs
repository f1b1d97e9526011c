namespace Multipath.Policies.Tests.Fixtures;

/// <summary>Finds files of the repository from where the tests run.</summary>
internal static class Repository
{
    internal static string Root { get; } = FindRoot();

    internal static string[] ExamplePolicies =>
        [.. Directory.GetFiles(Path.Combine(Root, "docs", "policies"), "*.yaml").Order(StringComparer.Ordinal)];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }

        return folder.FullName;
    }
}
