using System.Collections.Immutable;

namespace Multipath.Agent.Routes;

/// <summary>
/// Remembers which routes this agent changed, so that the next one finds what a crash left behind. Written before a route is changed, one
/// line for each; after a restart of the machine the routes are gone and the lines say nothing.
/// </summary>
/// <param name="directory">Of the last plan.</param>
internal sealed class OwnRoutesFile(string directory)
{
    /// <summary>Beyond this a file is not one of ours.</summary>
    private const int SizeLimit = 1024 * 1024;

    /// <summary>Where they are kept.</summary>
    public string FileName { get; } = Path.Combine(directory, "own-routes");

    /// <returns>What an earlier agent left; lines that make no sense are passed over.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public ImmutableHashSet<RouteKey> Load()
    {
        var file = new FileInfo(FileName);
        return file.Exists && file.Length <= SizeLimit
            ? [.. File.ReadLines(FileName).Select(RouteKey.Parse).OfType<RouteKey>()]
            : [];
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(ImmutableHashSet<RouteKey> routes)
    {
        Directory.CreateDirectory(directory);
        var beside = FileName + ".new";
        File.WriteAllLines(beside, routes.Select(route => route.ToString()).Order(StringComparer.Ordinal));
        File.Move(beside, FileName, overwrite: true);
    }
}
