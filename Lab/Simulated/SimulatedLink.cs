using System.Net;
using Multipath.Lab.Net;
using Multipath.Lab.Scenarios;
using Multipath.Policies.Model;

namespace Multipath.Lab.Simulated;

/// <summary>A simulated uplink with the addresses that the real one would have.</summary>
internal sealed class SimulatedLink
{
    private readonly SimulatedLane _upload;
    private readonly SimulatedLane _download;

    /// <param name="agenda">The world's.</param>
    /// <param name="plan">What the scenario says of it.</param>
    /// <param name="index">Its number in the scenario from 1.</param>
    /// <param name="interfaceIndex">Of the client's interface.</param>
    /// <param name="seed">Of loss and jitter.</param>
    internal SimulatedLink(Agenda agenda, ScenarioLink plan, int index, int interfaceIndex, int seed)
    {
        Plan = plan;
        Path = new PathKey(plan.Interface, new IPAddress([10, 1, (byte)index, 2]));
        Gateway = new IPAddress([10, 1, (byte)index, 1]);
        InterfaceIndex = interfaceIndex;
        _upload = new SimulatedLane(agenda, plan.Upload, seed);
        _download = new SimulatedLane(agenda, plan.Download, unchecked((seed * 31) + 1));
    }

    /// <summary>What the scenario says of it.</summary>
    internal ScenarioLink Plan { get; }

    /// <summary>The client's interface and its address there.</summary>
    internal PathKey Path { get; }

    /// <summary>The client's next hop.</summary>
    internal IPAddress Gateway { get; }

    internal int InterfaceIndex { get; }

    /// <summary>What is wrong with it.</summary>
    internal Outage Outage { get; private set; }

    /// <summary>The client sees a carrier; a blackhole has one.</summary>
    internal bool IsUp => Outage is Outage.None or Outage.Blackhole;

    /// <summary>Changes knobs, and breaks or mends it. What is past the break arrives.</summary>
    internal void Apply(LinkChange change)
    {
        _upload.Configure(change.Apply(_upload.Knobs));
        _download.Configure(change.Apply(_download.Knobs));
        Outage = change.Outage ?? Outage;
        _upload.EntryOpen = _download.ExitOpen = Outage is Outage.None;
        _upload.ExitOpen = _download.EntryOpen = Outage is not Outage.Blackhole;
    }

    /// <summary>Sends a packet to the other end.</summary>
    internal void Send(bool fromClient, int bytes, Action arrive) => (fromClient ? _upload : _download).Send(bytes, arrive);
}
