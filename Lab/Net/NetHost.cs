using System.Diagnostics;
using System.Net;
using Multipath.Agent.DataPlanes.Tun;
using Multipath.Agent.Namespaces;

namespace Multipath.Lab.Net;

/// <summary>A host of the lab: one network namespace, with its loopback up and the defaults a multi-homed host needs.</summary>
internal sealed class NetHost : IDisposable
{
    private TunDevice? _uplink;
    private int _disposed;

    private NetHost(string name, string netns)
    {
        Name = name;
        Namespace = netns;
    }

    /// <summary>The host's name in its scenario, such as <c>van</c>.</summary>
    internal string Name { get; }

    /// <summary>The name of its namespace for <c>ip netns exec</c>, such as <c>mplab4711-van</c>.</summary>
    internal string Namespace { get; }

    /// <summary>The address by which other hosts reach this one over the emulated links; only servers have one.</summary>
    internal IPAddress? ServerAddress { get; private set; }

    /// <summary>Makes the namespace. Reverse path filtering is off: a packet may come in where its answer would not go out.</summary>
    /// <exception cref="IOException">The namespace exists already or cannot be made.</exception>
    internal static NetHost Create(string name)
    {
        if (!LabName.IsHost(name))
        {
            throw new ArgumentException($"'{name}' is no host name: lower-case letters, digits and dashes, beginning with a letter.");
        }

        var netns = new LabName(Environment.ProcessId, name).ToString();
        IpCommand.Run("netns", "add", netns);
        var host = new NetHost(name, netns);
        try
        {
            host.SetSysctl("net.ipv4.conf.all.rp_filter", "0");
            host.SetSysctl("net.ipv4.conf.default.rp_filter", "0");
            host.SetSysctl("net.ipv6.conf.all.disable_ipv6", "1");
            host.SetSysctl("net.ipv6.conf.default.disable_ipv6", "1");
            IpCommand.Run("-n", netns, "link", "set", "lo", "up");
        }
        catch
        {
            host.Dispose();
            throw;
        }

        return host;
    }

    /// <summary>Runs a function on a thread inside this host's namespace.</summary>
    internal T Run<T>(Func<T> body) => NetNamespace.Run(Namespace, body);

    /// <summary>Sets a kernel parameter of this namespace, such as <c>net.mptcp.pm_type</c>; one it lacks is skipped.</summary>
    internal void SetSysctl(string name, string value) => Run(() =>
    {
        var path = "/proc/sys/" + name.Replace('.', '/');
        if (File.Exists(path))
        {
            File.WriteAllText(path, value);
        }

        return true;
    });

    /// <summary>How to start a program inside this host: the start info runs it through <c>ip netns exec</c>.</summary>
    internal ProcessStartInfo Exec(string program, params string[] arguments) =>
        new("ip", ["netns", "exec", Namespace, program, .. arguments]);

    /// <summary>
    /// Gives a server its one address, which every link routes to. It sits on an interface of its own, eth0, as on a real server;
    /// a TUN that nobody reads, because a kernel may lack dummy interfaces.
    /// </summary>
    internal void AddServerAddress(IPAddress address)
    {
        _uplink = TunDevice.Create(new TunOptions("eth0") { Netns = Namespace, Offload = false });
        IpCommand.Batch(Namespace, [$"address add {address}/32 dev eth0", "link set eth0 up"]);
        ServerAddress = address;
    }

    /// <summary>Ends what still runs inside and removes the namespace with all its interfaces.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _uplink?.Dispose();
            Remove(Namespace);
        }
    }

    /// <summary>Removes a namespace of a lab: the processes inside are ended first, or it would live on without a name.</summary>
    internal static void Remove(string netns)
    {
        const int sigKill = 9;
        foreach (var word in Inside(netns))
        {
            if (int.TryParse(word, out var pid) && pid != Environment.ProcessId)
            {
                _ = LibC.Kill(pid, sigKill);
            }
        }

        IpCommand.TryRun("netns", "delete", netns);
    }

    private static string[] Inside(string netns)
    {
        try
        {
            return IpCommand.Run("netns", "pids", netns).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
