using Multipath.Agent.Namespaces;

namespace Multipath.Agent.Control;

/// <summary>
/// Where agents with a userspace stack listen for the tool: a socket in one directory for each stack, named after the inode of its network
/// namespace and its TUN interface, such as <c>4026531840.mp0.sock</c>. Only its owner and root may use it. An agent that was killed leaves
/// its socket behind, on which nobody answers.
/// </summary>
internal static class ControlSockets
{
    /// <summary>Where, unless told otherwise.</summary>
    internal const string DefaultDirectory = "/run/mpagent";

    private const string Suffix = ".sock";

    /// <summary>The socket of a stack.</summary>
    /// <param name="directory">Of all sockets.</param>
    /// <param name="netns">The network namespace of the TUN; null for that of this process.</param>
    /// <param name="device">The TUN's name.</param>
    /// <exception cref="InvalidOperationException">No such namespace.</exception>
    internal static string PathOf(string directory, string? netns, string device) =>
        Path.Combine(Path.GetFullPath(directory), $"{Inode(netns)}.{device}{Suffix}");

    /// <summary>The TUNs of a namespace whose stacks have, or had, an agent, with their sockets; by name.</summary>
    /// <exception cref="InvalidOperationException">No such namespace.</exception>
    internal static IReadOnlyList<(string Device, string Path)> Find(string directory, string? netns)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        var prefix = $"{Inode(netns)}.";
        return
        [
            .. from path in Directory.EnumerateFiles(directory, $"{prefix}*{Suffix}")
               let name = Path.GetFileName(path)
               orderby name
               select (name[prefix.Length..^Suffix.Length], path),
        ];
    }

    /// <summary>The digits of the link, which reads like <c>net:[4026531840]</c>.</summary>
    private static string Inode(string? netns)
    {
        var link = NetNamespace.Run(netns, () => new FileInfo("/proc/thread-self/ns/net").LinkTarget);
        return string.Concat(link!.Where(char.IsAsciiDigit));
    }
}
