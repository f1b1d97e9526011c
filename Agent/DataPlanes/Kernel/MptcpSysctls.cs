using System.Collections.Frozen;
using System.Globalization;
using Multipath.Agent.Interop;
using Multipath.Agent.Namespaces;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>The sysctls net.mptcp.* of one network namespace. They are read anew at each call.</summary>
/// <param name="netns">Null for the namespace of this process.</param>
/// <param name="folder">
/// Where the files are; null for /proc/sys/net/mptcp, which a container sees read-only and needs mounted elsewhere.
/// </param>
internal sealed class MptcpSysctls(string? netns, string? folder = null)
{
    private readonly string _folder = folder ?? "/proc/sys/net/mptcp";

    /// <summary>Whether the kernel has MPTCP, and it is switched on.</summary>
    internal bool Enabled => Read("enabled") == "1";

    /// <summary>Who manages the paths of connections to come; null without MPTCP.</summary>
    /// <remarks>
    /// Linux 6.15 has path_manager (kernel, userspace); before it pm_type says 0 or 1. A connection keeps what held when its socket was
    /// made.
    /// </remarks>
    internal PathManagerType? PathManager => (Read("path_manager"), Read("pm_type")) switch
    {
        ("userspace", _) or (null, "1") => PathManagerType.Userspace,
        ("kernel", _) or (null, "0") => PathManagerType.Kernel,
        _ => null,
    };

    /// <summary>Packet schedulers that can be chosen.</summary>
    internal IReadOnlyList<string> AvailableSchedulers =>
        Read("available_schedulers")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>The packet scheduler of connections to come; null before Linux 6.8.</summary>
    internal string? Scheduler => Read("scheduler");

    /// <summary>Retransmit intervals without progress after which a subflow is passed over (4 by default).</summary>
    internal int? StaleLossCount => int.TryParse(Read("stale_loss_cnt"), CultureInfo.InvariantCulture, out var count) ? count : null;

    /// <summary>Sets who manages the paths of connections to come.</summary>
    internal KernelError? SetPathManager(PathManagerType type)
    {
        var modern = Read("path_manager") is not null;
        return (modern, type) switch
        {
            (true, PathManagerType.Userspace) => Write("path_manager", "userspace"),
            (true, _) => Write("path_manager", "kernel"),
            (_, PathManagerType.Userspace) => Write("pm_type", "1"),
            _ => Write("pm_type", "0"),
        };
    }

    /// <summary>Every net.mptcp.* by its name without the prefix; empty without MPTCP.</summary>
    internal FrozenDictionary<string, string> ReadAll() => NetNamespace.Run(netns, () =>
        Directory.Exists(_folder)
            ? Directory.GetFiles(_folder).Select(Path.GetFileName).Select(name => (Name: name!, Value: ReadFile(name!)))
                .Where(pair => pair.Value is not null).ToFrozenDictionary(pair => pair.Name, pair => pair.Value!)
            : FrozenDictionary<string, string>.Empty);

    /// <summary>One value; null where this kernel does not have it.</summary>
    /// <param name="name">Without the prefix, such as stale_loss_cnt.</param>
    internal string? Read(string name) => NetNamespace.Run(netns, () => ReadFile(name));

    /// <summary>Sets one value.</summary>
    /// <returns>ENOENT where this kernel does not have it, EINVAL for a value that it does not take, EACCES without the right.</returns>
    internal KernelError? Write(string name, string value) => NetNamespace.Run(netns, () =>
    {
        var what = $"set net.mptcp.{name} to '{value}'";
        try
        {
            using var file = new FileStream(FileOf(name), FileMode.Open, FileAccess.Write);
            file.Write(System.Text.Encoding.ASCII.GetBytes(value));
            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new KernelError(what, Errno.NoEntry, "this kernel does not have it");
        }
        catch (UnauthorizedAccessException)
        {
            return new KernelError(what, Errno.Access, null);
        }
        catch (IOException e)
        {
            return new KernelError(what, Errno.Invalid, e.Message);
        }
    });

    private string? ReadFile(string name)
    {
        try
        {
            return File.ReadAllText(FileOf(name)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string FileOf(string name) => name.AsSpan().ContainsAny('/', '.')
        ? throw new ArgumentException($"'{name}' is not the name of a sysctl of MPTCP.", nameof(name))
        : $"{_folder}/{name}";
}

/// <summary>Who makes subflows and announces addresses.</summary>
internal enum PathManagerType
{
    /// <summary>The kernel, by endpoints and limits.</summary>
    Kernel,

    /// <summary>A program, by commands.</summary>
    Userspace,
}
