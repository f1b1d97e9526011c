namespace Multipath.Lab.Net;

/// <summary>Removes the namespaces and folders of labs that ended without cleaning up: killed, or crashed.</summary>
internal static class LeftoverSweep
{
    private const string Folder = "/var/run/netns";

    /// <summary>Removes what no living lab owns and returns the names of the namespaces.</summary>
    internal static IReadOnlyList<string> Run()
    {
        var names = Directory.Exists(Folder) ? Directory.GetFiles(Folder).Select(f => Path.GetFileName(f)) : [];
        var leftovers = Leftovers(names, IsLab);
        foreach (var name in leftovers)
        {
            NetHost.Remove(name);
        }

        var folders = Directory.GetDirectories(Path.GetTempPath(), "mplab*").Select(f => Path.GetFileName(f));
        foreach (var name in Leftovers(folders, IsLab))
        {
            Directory.Delete(Path.Combine(Path.GetTempPath(), name), recursive: true);
        }

        return leftovers;
    }

    /// <summary>Which of the namespaces or folders were made by a lab whose process is no lab any more.</summary>
    internal static IReadOnlyList<string> Leftovers(IEnumerable<string> names, Func<int, bool> isLab) =>
        [.. names.Where(n => LabName.TryParse(n, out var name) && !isLab(name.Pid)).Order(StringComparer.Ordinal)];

    /// <summary>A process is a lab when it has loaded this assembly: process ids are used again, by anything.</summary>
    private static bool IsLab(int pid)
    {
        try
        {
            return pid == Environment.ProcessId
                || File.ReadLines($"/proc/{pid}/maps").Any(l => l.EndsWith("/mplab.dll", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
