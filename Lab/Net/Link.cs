using System.Net;
using Multipath.Agent.DataPlanes.Tun;

namespace Multipath.Lab.Net;

/// <summary>
/// An emulated uplink of a client towards a server: an interface at each end and a shaped lane in each direction. Knobs and
/// outages may be changed from any thread while traffic runs.
/// </summary>
internal sealed class Link : IDisposable
{
    private readonly LinkPump _pump;
    private readonly TunDevice _clientDevice;
    private readonly TunDevice _serverDevice;
    private readonly LinkLane _upload;
    private readonly LinkLane _download;
    private readonly UplinkRoutes _routes;
    private readonly Lock _gate = new();
    private Outage _outage;
    private bool _disposed;

    private Link(LinkPump pump, LinkPlan plan, TunDevice clientDevice, TunDevice serverDevice)
    {
        _pump = pump;
        Plan = plan;
        _clientDevice = clientDevice;
        _serverDevice = serverDevice;
        _upload = new LinkLane(clientDevice, serverDevice, plan.Upload, plan.Seed);
        _download = new LinkLane(serverDevice, clientDevice, plan.Download, unchecked(plan.Seed * 31 + 1));
        _routes = new UplinkRoutes(plan);
    }

    /// <summary>What the link was made from.</summary>
    internal LinkPlan Plan { get; }

    /// <summary>The link's name in its scenario.</summary>
    internal string Name => Plan.Name;

    /// <summary>The client's address on this link.</summary>
    internal IPAddress ClientAddress => Plan.ClientAddress;

    /// <summary>The client's interface.</summary>
    internal string Interface => Plan.Interface;

    /// <summary>What is wrong with the link at present.</summary>
    internal Outage Outage
    {
        get
        {
            lock (_gate)
            {
                return _outage;
            }
        }
    }

    /// <summary>Makes the interfaces, addresses and routes and begins to carry packets.</summary>
    /// <exception cref="IOException">An interface, address or route was refused.</exception>
    internal static Link Create(LinkPump pump, LinkPlan plan)
    {
        var client = TunDevice.Create(new TunOptions(plan.Interface) { Netns = plan.Client.Namespace, Offload = false });
        TunDevice? server = null;
        try
        {
            server = TunDevice.Create(new TunOptions(plan.ServerInterface) { Netns = plan.Server.Namespace, Offload = false });
            var link = new Link(pump, plan, client, server);
            link._routes.SetUpServer();
            link._routes.SetUpClient();
            pump.Add(link._upload, link._download);
            return link;
        }
        catch
        {
            client.Dispose();
            server?.Dispose();
            throw;
        }
    }

    /// <summary>The knobs of a direction.</summary>
    internal LinkKnobs Knobs(Direction direction) => Lane(direction).Knobs;

    /// <summary>The counters of a direction.</summary>
    internal LinkCounters Counters(Direction direction) => Lane(direction).Counters;

    /// <summary>Changes the knobs of a direction while it runs.</summary>
    internal void Set(Direction direction, LinkKnobs knobs)
    {
        Lane(direction).Knobs = knobs;
        _pump.Wake();
    }

    /// <summary>Changes the knobs of both directions while they run.</summary>
    internal void Set(Func<LinkKnobs, LinkKnobs> change)
    {
        Set(Direction.Upload, change(_upload.Knobs));
        Set(Direction.Download, change(_download.Knobs));
    }

    /// <summary>
    /// Breaks or mends the link and returns when it was done, on the clock of <see cref="LinkPump.Now"/>. Packets that are past
    /// the break arrive: with the client's interface gone, what was sent before still reaches the server.
    /// </summary>
    internal long Set(Outage outage)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var before = _outage;
            _outage = outage;
            if (before != outage)
            {
                Mend(before, outage);
            }

            _upload.EntryOpen = _download.ExitOpen = outage == Outage.None;
            _upload.ExitOpen = _download.EntryOpen = outage != Outage.Blackhole;
            var now = LinkPump.Now;
            if (outage is Outage.Down)
            {
                _clientDevice.SetUp(false);
            }
            else if (outage is Outage.CarrierLost)
            {
                _clientDevice.SetCarrier(false);
            }

            _pump.Wake();
            return now;
        }
    }

    /// <summary>Stops the link and removes both interfaces.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _pump.Remove(_upload, _download);
        _clientDevice.Dispose();
        _serverDevice.Dispose();
        _upload.Dispose();
        _download.Dispose();
    }

    private void Mend(Outage before, Outage next)
    {
        if (before == Outage.CarrierLost)
        {
            _clientDevice.SetCarrier(true);
        }
        else if (before == Outage.Down && next != Outage.Down)
        {
            _clientDevice.SetUp(true);
            _routes.RestoreClientRoutes();
        }
    }

    private LinkLane Lane(Direction direction) => direction == Direction.Upload ? _upload : _download;
}
