namespace Multipath.Policies.Tests.Fixtures;

/// <summary>Compares text with a file of tests/Policies/Golden, which a person reviews.</summary>
internal static class Golden
{
    /// <summary>Set this variable to 1 to write the files anew, then review the difference.</summary>
    private const string Update = "UPDATE_GOLDEN";

    internal static void Matches(string name, IEnumerable<string> lines)
    {
        var file = Path.Combine(Repository.Root, "tests", "Policies", "Golden", name + ".txt");
        var text = string.Concat(lines.Select(l => l + "\n"));
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(file, text);
        }

        Assert.Equal(File.Exists(file) ? File.ReadAllText(file) : "", text);
    }
}
