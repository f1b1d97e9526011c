using Multipath.Lab.Net;

namespace Multipath.Bench.Tun;

/// <summary>A namespace of one measurement, with reno pinned: bbr is erratic under MPTCP on a link without a rate.</summary>
internal static class BenchNamespace
{
    private static int s_count;

    internal static string Create(string name)
    {
        var full = $"mpbench{Environment.ProcessId}x{Interlocked.Increment(ref s_count)}{name}";
        IpCommand.Run("netns", "add", full);
        IpCommand.Run("-n", full, "link", "set", "lo", "up");
        IpCommand.Run("netns", "exec", full, "sh", "-c", "echo reno > /proc/sys/net/ipv4/tcp_congestion_control");
        return full;
    }

    internal static void Delete(string name) => IpCommand.Run("netns", "delete", name);
}
