using System.Globalization;
using Multipath.Agent.Interop;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>
/// How long the receive offload (GRO) of an interface may keep segments back for more of their flow when the burst they are of was not
/// ended by PSH (Documentation/networking/napi.rst, <c>gro_flush_timeout</c>).
/// </summary>
internal static class GroHold
{
    /// <summary>
    /// Only a net below bursts that end with PSH, so it may be long; and it has to be longer than a tick of the kernel (4 ms at 250 Hz):
    /// each write starts the timer anew, and only behind the tick does that not reprogram the clock, which costs more than all that is
    /// saved.
    /// </summary>
    private const long Nanoseconds = 10_000_000;

    /// <summary>Sets it; on a thread that is in the interface's namespace.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="netns">Its namespace; null for the process's own, whose /sys is at hand.</param>
    /// <returns>False when there is no right to it, as in a container that sees /sys read-only.</returns>
    internal static bool TrySet(string name, string? netns)
    {
        if (string.IsNullOrEmpty(netns))
        {
            return TryWrite($"/sys/class/net/{name}");
        }

        // A mounted sysfs shows the namespace that it was mounted in: this one is mounted nowhere, and seen by its descriptor alone.
        var context = Libc.OpenFilesystem("sysfs", Libc.FilesystemCloseOnExec);
        if (context < 0)
        {
            return false;
        }

        var isMade = Libc.ConfigureFilesystem(context, Libc.FilesystemCreate, 0, 0, 0) == 0;
        var mount = isMade ? Libc.MountFilesystem(context, Libc.MountCloseOnExec, 0) : -1;
        _ = Libc.Close(context);
        if (mount < 0)
        {
            return false;
        }

        var isSet = TryWrite(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{mount}/class/net/{name}"));
        _ = Libc.Close(mount);
        return isSet;
    }

    private static bool TryWrite(string folder)
    {
        try
        {
            File.WriteAllText($"{folder}/gro_flush_timeout", Nanoseconds.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
