using System.Diagnostics;

namespace Multipath.TestKit;

/// <summary>
/// Network namespaces of one test: made with unique names, joined by veth pairs, and gone after Dispose. Needs root; ask
/// <see cref="WhyNot"/> first and skip the test if it answers.
/// </summary>
public sealed class NetLab : IDisposable
{
    private static int s_count;

    private readonly List<string> _namespaces = [];
    private readonly string _prefix = $"mpt{Environment.ProcessId}x{Interlocked.Increment(ref s_count)}";

    /// <summary>Why this machine cannot make network namespaces with MPTCP in them; null if it can.</summary>
    public static string? WhyNot()
    {
        if (Environment.UserName != "root")
        {
            return "network namespaces need root";
        }

        return File.Exists("/proc/sys/net/mptcp/enabled") ? null : "this kernel has no MPTCP";
    }

    /// <summary>Makes a namespace with its loopback up.</summary>
    /// <returns>Its full name.</returns>
    public string Add(string name)
    {
        var full = $"{_prefix}{name}";
        Ip("netns", "add", full);
        _namespaces.Add(full);
        Ip("-n", full, "link", "set", "lo", "up");
        Sysctl(full, "net.ipv6.conf.all.accept_dad", "0");
        Sysctl(full, "net.ipv6.conf.default.accept_dad", "0");
        Sysctl(full, "net.ipv4.tcp_congestion_control", "reno");
        return full;
    }

    /// <summary>
    /// Joins two namespaces by a pair of interfaces of one name, both up, with the addresses PREFIX.1 and PREFIX.2 (of 24 bits).
    /// </summary>
    public static void Link(string first, string second, string name, string prefix)
    {
        Ip("link", "add", name, "netns", first, "type", "veth", "peer", "name", name, "netns", second);
        Ip("-n", first, "address", "add", $"{prefix}.1/24", "dev", name);
        Ip("-n", second, "address", "add", $"{prefix}.2/24", "dev", name);
        Ip("-n", first, "link", "set", name, "up");
        Ip("-n", second, "link", "set", name, "up");
    }

    /// <summary>Sets a sysctl inside a namespace.</summary>
    public static void Sysctl(string netns, string key, string value) =>
        Ip("netns", "exec", netns, "sh", "-c", $"echo {value} > /proc/sys/{key.Replace('.', '/')}");

    /// <summary>Runs ip(8).</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string Ip(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {error.Trim()}");
    }

    /// <summary>Removes the namespaces, and with them their interfaces.</summary>
    public void Dispose()
    {
        foreach (var name in _namespaces)
        {
            Ip("netns", "delete", name);
        }
    }
}
