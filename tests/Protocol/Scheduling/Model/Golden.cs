namespace Multipath.Protocol.Tests.Scheduling.Model;

/// <summary>Compares text with a file of tests/Protocol/Scheduling/Golden, which a person reviews.</summary>
internal static class Golden
{
    /// <summary>Set this variable to 1 to write the files anew, then review the difference.</summary>
    private const string Update = "UPDATE_GOLDEN";

    internal static void Matches(string name, IEnumerable<string> lines)
    {
        string file = Path.Combine(Root(), "tests", "Protocol", "Scheduling", "Golden", name + ".txt");
        string text = string.Concat(lines.Select(line => line + "\n"));
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(file, text);
        }

        Assert.Equal(File.Exists(file) ? File.ReadAllText(file) : "", text);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }

        return folder.FullName;
    }
}
