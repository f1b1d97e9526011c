namespace Multipath.Tidy.Tests.Support;

/// <summary>The files that the laws hold for: those of the repository, or those that a test of a law invents.</summary>
internal sealed class Tree(IReadOnlyList<SourceFile> files)
{
    private static readonly HashSet<string> TextExtensions = new(StringComparer.Ordinal)
    {
        "", ".cs", ".css", ".csproj", ".editorconfig", ".gitattributes", ".gitignore", ".html", ".js", ".json", ".md", ".proto", ".props",
        ".py", ".razor", ".sh", ".sln", ".sql", ".svg", ".targets", ".tpl", ".txt", ".xml", ".yaml", ".yml",
    };

    private static readonly Lazy<Tree> Real = new(Read);

    public IReadOnlyList<SourceFile> Files { get; } = files;

    public IEnumerable<SourceFile> CSharp => Files.Where(file => file.IsCSharp);

    public IEnumerable<SourceFile> Projects => Files.Where(file => file.IsProject);

    /// <summary>The repository that the tests were built from.</summary>
    public static Tree Repository => Real.Value;

    public static Tree Of(params (string Path, string Text)[] files) =>
        new([.. files.Select(file => new SourceFile(file.Path, file.Text))]);

    public SourceFile? Find(string path) => Files.FirstOrDefault(file => file.Path == path);

    private static Tree Read()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "ControlPlane.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException($"No ControlPlane.sln above {AppContext.BaseDirectory}.");
        }

        var ignored = File.ReadAllLines(Path.Combine(root.FullName, ".gitignore")).Where(line => line.Length > 0).Append(".git/").ToArray();
        return new Tree([.. Walk(root, root, ignored).OrderBy(file => file.Path, StringComparer.Ordinal)]);
    }

    private static IEnumerable<SourceFile> Walk(DirectoryInfo root, DirectoryInfo folder, string[] ignored)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (Ignores(ignored, entry))
            {
                continue;
            }

            if (entry is DirectoryInfo inner)
            {
                foreach (var file in Walk(root, inner, ignored))
                {
                    yield return file;
                }
            }
            else
            {
                var path = Path.GetRelativePath(root.FullName, entry.FullName).Replace('\\', '/');
                yield return new SourceFile(path, TextExtensions.Contains(entry.Extension) ? File.ReadAllText(entry.FullName) : "");
            }
        }
    }

    // A worktree's .git is a file, a clone's a folder.
    private static bool Ignores(string[] ignored, FileSystemInfo entry) =>
        entry.Name == ".git" || ignored.Any(line =>
            line.EndsWith('/') ? entry is DirectoryInfo && entry.Name == line[..^1]
            : line.StartsWith('*') && entry.Name.EndsWith(line[1..], StringComparison.Ordinal));
}
