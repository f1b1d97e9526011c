namespace Multipath.Helm.Tests.Support;

/// <summary>A Dockerfile by its stages; comments and what stands before the first are dropped, and continued lines joined.</summary>
internal sealed class Dockerfile
{
    internal sealed record Line(string Word, string Rest);

    /// <summary>From an image, or from the stage of that name.</summary>
    internal sealed record Stage(string Name, string From, List<Line> Lines);

    private Dockerfile(IReadOnlyList<Stage> stages) => Stages = stages;

    internal IReadOnlyList<Stage> Stages { get; }

    internal static Dockerfile Read(string path)
    {
        var stages = new List<Stage>();
        var text = string.Join('\n', Repository.Read(path).Split('\n').Where(line => !line.StartsWith('#') && line.Length > 0));
        foreach (var line in text.Replace("\\\n", "", StringComparison.Ordinal).Split('\n'))
        {
            var (word, rest) = line.Split(' ', 2) is [var first, var second] ? (first, second.Trim()) : (line, "");
            if (word == "FROM")
            {
                var parts = rest.Split(' ');
                stages.Add(new Stage(parts[^1], parts[0], []));
            }
            else if (stages.Count > 0)
            {
                stages[^1].Lines.Add(new Line(word, rest));
            }
        }

        return new Dockerfile(stages);
    }

    internal Stage? Find(string name) => Stages.FirstOrDefault(stage => stage.Name == name);

    /// <summary>A stage after those that it is built on.</summary>
    internal IEnumerable<Stage> Lineage(Stage stage) => Find(stage.From) is { } parent ? Lineage(parent).Append(stage) : [stage];
}
