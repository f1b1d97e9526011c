using System.ComponentModel;

namespace Multipath.Lab.Net;

/// <summary>What a machine needs to carry a lab, and what of it is lacking here, in words.</summary>
internal static class Preconditions
{
    /// <summary>Everything that is lacking; empty when a lab can be made.</summary>
    internal static IReadOnlyList<string> Lacking()
    {
        var lacking = new List<string>();
        Need(Environment.IsPrivilegedProcess, "root: namespaces and interfaces need it");
        Need(ReadSysctl("net/mptcp/enabled") is { } enabled && enabled != "0",
            "MPTCP in the kernel: net.mptcp.enabled is absent (Linux before 5.6, or built without it) or 0");
        Need(File.Exists("/dev/net/tun"), "/dev/net/tun: links are made of TUN interfaces");
        Need(HasIp(), "the command ip of iproute2");
        return lacking;

        void Need(bool there, string what)
        {
            if (!there)
            {
                lacking.Add(what);
            }
        }
    }

    private static string? ReadSysctl(string path)
    {
        var file = "/proc/sys/" + path;
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    private static bool HasIp()
    {
        try
        {
            return IpCommand.Run("-V").Length > 0;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return false;
        }
    }
}
