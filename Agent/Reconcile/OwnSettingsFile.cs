using System.Collections.Immutable;
using Multipath.Agent.Namespaces;

namespace Multipath.Agent.Reconcile;

/// <summary>A setting of the kernel that an agent changed.</summary>
/// <param name="Name">Such as net.mptcp.path_manager.</param>
/// <param name="Before">What it was.</param>
/// <param name="Ours">What the agent made it.</param>
internal sealed record OwnSetting(string Name, string Before, string Ours);

/// <summary>
/// Remembers what the kernel's settings were, so that the next agent finds it after a crash of this one. Written before a setting is
/// changed: whose settings they are in the first line, then one line for each. After a restart of the machine, or in another network
/// namespace, the lines say nothing.
/// </summary>
/// <param name="directory">Of the last plan.</param>
/// <param name="whose">See <see cref="Whose"/>.</param>
internal sealed class OwnSettingsFile(string directory, string whose)
{
    /// <summary>Beyond this a file is not one of ours.</summary>
    private const int SizeLimit = 64 * 1024;

    /// <summary>Where they are kept.</summary>
    public string FileName { get; } = Path.Combine(directory, "own-settings");

    /// <summary>Names the settings of a namespace until the machine restarts: the boot's id and the namespace's inode.</summary>
    /// <param name="netns">Null for the namespace of this process.</param>
    public static string Whose(string? netns) => NetNamespace.Run(netns, () =>
        $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {new FileInfo("/proc/thread-self/ns/net").LinkTarget}");

    /// <returns>What an earlier agent left; lines that make no sense are passed over.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public ImmutableArray<OwnSetting> Load()
    {
        var file = new FileInfo(FileName);
        if (!file.Exists || file.Length > SizeLimit)
        {
            return [];
        }

        var lines = File.ReadAllLines(FileName);
        return lines.Length > 0 && lines[0] == whose ? [.. lines.Skip(1).Select(Parse).OfType<OwnSetting>()] : [];
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(IReadOnlyCollection<OwnSetting> settings)
    {
        if (settings.Count == 0)
        {
            File.Delete(FileName);
            return;
        }

        Directory.CreateDirectory(directory);
        var beside = FileName + ".new";
        File.WriteAllLines(beside, settings.Select(one => $"{one.Name}\t{one.Before}\t{one.Ours}").Prepend(whose));
        File.Move(beside, FileName, overwrite: true);
    }

    private static OwnSetting? Parse(string line) => line.Split('\t') is [var name, var before, var ours] ? new(name, before, ours) : null;
}
