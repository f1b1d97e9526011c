namespace Multipath.Helm.Tests.Support;

/// <summary>The repository that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>Its root, absolute.</summary>
    internal static string Root { get; } = FindRoot();

    /// <param name="path">From the root, with slashes.</param>
    internal static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"No ControlPlane.sln above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }
}
