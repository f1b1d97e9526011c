using System.Net;
using System.Runtime.InteropServices;

namespace Multipath.Lab.Net;

/// <summary>
/// The hosts and links of one lab. It owns them all: disposing it, the process's end and the usual signals remove them, and
/// making one first sweeps away what crashed runs left behind.
/// </summary>
internal sealed class LabNetwork : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<NetHost> _hosts = [];
    private readonly List<Link> _links = [];
    private readonly List<PosixSignalRegistration> _signals = [];
    private bool _disposed;

    private LabNetwork(bool endOnSignals)
    {
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        if (endOnSignals)
        {
            ReadOnlySpan<PosixSignal> all = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];
            foreach (var signal in all)
            {
                _signals.Add(PosixSignalRegistration.Create(signal, _ => RemoveAll()));
            }
        }
    }

    /// <summary>The thread that carries all packets.</summary>
    internal LinkPump Pump { get; } = new();

    /// <summary>The hosts, in the order in which they were added.</summary>
    internal IReadOnlyList<NetHost> Hosts => _hosts;

    /// <summary>The links, in the order in which they were added.</summary>
    internal IReadOnlyList<Link> Links => _links;

    /// <summary>What earlier runs had left and this one removed.</summary>
    internal IReadOnlyList<string> Swept { get; private init; } = [];

    /// <summary>Begins a lab.</summary>
    /// <param name="endOnSignals">False when the caller handles Ctrl-C itself and disposes the lab as it ends.</param>
    internal static LabNetwork Create(bool endOnSignals = true) => new(endOnSignals) { Swept = LeftoverSweep.Run() };

    /// <summary>Adds a host without uplinks; its uplinks come with <see cref="AddLink"/>.</summary>
    internal NetHost AddHost(string name)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var host = NetHost.Create(name);
            _hosts.Add(host);
            return host;
        }
    }

    /// <summary>Adds a host that the others reach at one address over every link.</summary>
    internal NetHost AddServer(string name)
    {
        var host = AddHost(name);
        host.AddServerAddress(new IPAddress([10, 99, 0, (byte)_hosts.Count]));
        return host;
    }

    /// <summary>Joins a client to a server by an uplink.</summary>
    internal Link AddLink(
        string name, NetHost client, NetHost server, string @interface, LinkKnobs upload, LinkKnobs download, int seed = 1)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var order = _links.Count(l => l.Plan.Client == client) + 1;
            var index = _links.Count + 1;
            var plan = new LinkPlan(name, client, server, @interface, index, order, upload, download, unchecked(seed * 997 + index));
            var link = Link.Create(Pump, plan);
            _links.Add(link);
            return link;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        RemoveAll();
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
    }

    private void OnProcessExit(object? sender, EventArgs e) => RemoveAll();

    private void RemoveAll()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            foreach (var link in _links)
            {
                link.Dispose();
            }

            Pump.Dispose();
            foreach (var host in _hosts)
            {
                host.Dispose();
            }
        }
    }
}
