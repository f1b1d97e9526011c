using System.Globalization;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>A program that holds a socket.</summary>
/// <param name="ProcessId">Of the first process found that has it open.</param>
/// <param name="Name">As in /proc/PID/comm: at most 15 bytes, chosen by the program itself.</param>
internal sealed record SocketOwner(int ProcessId, string Name);

/// <summary>Finds the programs behind sockets by inode. It reads every descriptor of every process: for people, not for loops.</summary>
internal static class SocketOwners
{
    private const string Marker = "socket:[";

    /// <summary>
    /// Looks for some inodes, until all are found or /proc is through. Processes of others are passed over without root.
    /// </summary>
    internal static IReadOnlyDictionary<uint, SocketOwner> Find(IReadOnlySet<uint> inodes)
    {
        var found = new Dictionary<uint, SocketOwner>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (found.Count == inodes.Count)
            {
                break;
            }

            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                Collect(folder, id, inodes, found);
            }
        }

        return found;
    }

    private static void Collect(string folder, int id, IReadOnlySet<uint> inodes, Dictionary<uint, SocketOwner> found)
    {
        try
        {
            foreach (var descriptor in new DirectoryInfo($"{folder}/fd").EnumerateFileSystemInfos())
            {
                if (TryInode(descriptor.LinkTarget, out var inode) && inodes.Contains(inode))
                {
                    found.TryAdd(inode, new SocketOwner(id, File.ReadAllText($"{folder}/comm").Trim()));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process ended meanwhile, or belongs to somebody else.
        }
    }

    private static bool TryInode(string? target, out uint inode)
    {
        inode = 0;
        return target is not null && target.StartsWith(Marker, StringComparison.Ordinal) && target.EndsWith(']')
            && uint.TryParse(target.AsSpan(Marker.Length, target.Length - Marker.Length - 1), NumberStyles.None,
                CultureInfo.InvariantCulture, out inode);
    }
}
