namespace Multipath.Contracts.Tests;

/// <summary>
/// Compares what a contract is with what it was when the golden file was written: lines may be added, never changed or lost.
/// </summary>
internal static class GoldenFile
{
    public static void Matches(string name, IEnumerable<string> actual)
    {
        var golden = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, name)).Where(line => line.Length > 0).ToList();
        var now = actual.ToList();
        File.WriteAllLines(Path.Combine(AppContext.BaseDirectory, Path.ChangeExtension(name, "actual.txt")), now);
        var lost = golden.Except(now).ToList();
        var added = now.Except(golden).ToList();
        Assert.True(
            lost.Count == 0,
            $"Numbers and names of a contract are append-only, because agents and silos of other versions are out there. "
                + $"Changed or lost:\n{string.Join('\n', lost)}");
        Assert.True(added.Count == 0, $"New in the contract; add these lines to {name}:\n{string.Join('\n', added)}");
    }
}
