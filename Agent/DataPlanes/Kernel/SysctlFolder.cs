using System.Collections.Frozen;
using System.Text;
using Multipath.Agent.Interop;
using Multipath.Agent.Namespaces;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>Some sysctls of one network namespace, a file each in one folder. They are read anew at each call.</summary>
/// <param name="netns">Null for the namespace of this process.</param>
/// <param name="prefix">What their names begin with, such as <c>net.mptcp</c>.</param>
/// <param name="folder">
/// Where the files are; null for where the kernel shows them, which a container sees read-only and needs mounted elsewhere.
/// </param>
internal sealed class SysctlFolder(string? netns, string prefix, string? folder = null)
{
    private readonly string _folder = folder ?? $"/proc/sys/{prefix.Replace('.', '/')}";

    /// <summary>The whole name of one, such as net.mptcp.enabled.</summary>
    internal string NameOf(string name) => $"{prefix}.{name}";

    /// <summary>Where they were said to be, when there is no such place.</summary>
    internal string? Missing => folder is null || NetNamespace.Run(netns, () => Directory.Exists(folder)) ? null : folder;

    /// <summary>All of them by their names without the prefix; empty where this kernel has none.</summary>
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
        var what = $"set {prefix}.{name} to '{value}'";
        try
        {
            using var file = new FileStream(FileOf(name), FileMode.Truncate, FileAccess.Write);
            file.Write(Encoding.ASCII.GetBytes(value));
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
        ? throw new ArgumentException($"'{name}' is not the name of a sysctl of {prefix}.", nameof(name))
        : $"{_folder}/{name}";
}
