using System.Collections.Frozen;
using System.Globalization;
using Multipath.Agent.Namespaces;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>The kernel's MPTCP counters of a network namespace (MPTcpExt, net/mptcp/mib.c), by the kernel's names.</summary>
internal static class MptcpCounters
{
    private const string Prefix = "MPTcpExt:";

    // Not /proc/net: that is the namespace of the process's first thread.
    private const string Source = "/proc/thread-self/net/netstat";

    /// <summary>Reads them all; empty without MPTCP.</summary>
    /// <exception cref="InvalidOperationException">No such namespace.</exception>
    internal static FrozenDictionary<string, long> Read(string? netns = null) =>
        NetNamespace.Run(netns, static () => Parse(File.ReadAllText(Source)));

    /// <summary>Finds the pair of lines that begin with MPTcpExt: names, then values. Values that are no numbers are left out.</summary>
    internal static FrozenDictionary<string, long> Parse(string netstat)
    {
        var lines = netstat.Split('\n').Where(l => l.StartsWith(Prefix, StringComparison.Ordinal)).Take(2)
            .Select(l => l[Prefix.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        return lines is [var names, var values]
            ? names.Zip(values)
                .Select(pair => (pair.First, Ok: long.TryParse(pair.Second, CultureInfo.InvariantCulture, out var value), Value: value))
                .Where(entry => entry.Ok).DistinctBy(entry => entry.First).ToFrozenDictionary(entry => entry.First, entry => entry.Value)
            : FrozenDictionary<string, long>.Empty;
    }
}
