using System.Net;
using Multipath.Lab.Net;
using Multipath.Lab.Packets;
using Multipath.Lab.Scenarios;
using Multipath.Policies.Model;
using Multipath.Protocol.Primitives;
using LaneKnobs = Multipath.Lab.Packets.LaneKnobs;
using LinkChange = Multipath.Lab.Scenarios.LinkChange;
using LinkKnobs = Multipath.Lab.Net.LinkKnobs;

namespace Multipath.Lab.Simulated;

/// <summary>A simulated uplink with the addresses and the knobs that the real one would have.</summary>
internal sealed class SimulatedLink
{
    private LinkKnobs _upload;
    private LinkKnobs _download;

    /// <param name="plan">What the scenario says of it.</param>
    /// <param name="index">Its number in the scenario from 1.</param>
    /// <param name="interfaceIndex">Of the client's interface.</param>
    internal SimulatedLink(ScenarioLink plan, int index, int interfaceIndex)
    {
        (Plan, InterfaceIndex, _upload, _download) = (plan, interfaceIndex, plan.Upload, plan.Download);
        Path = new PathKey(plan.Interface, new IPAddress([10, 1, (byte)index, 2]));
        Gateway = new IPAddress([10, 1, (byte)index, 1]);
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

    /// <summary>How its lanes behave now.</summary>
    internal Packets.LinkKnobs Knobs => new(Lane(_upload), Lane(_download));

    /// <summary>Changes knobs, and breaks or mends it.</summary>
    internal void Apply(LinkChange change, PacketLink link)
    {
        (_upload, _download, Outage) = (change.Apply(_upload), change.Apply(_download), change.Outage ?? Outage);
        link.Configure(Knobs);
        link.SetState(Outage switch
        {
            Outage.None => LinkState.Up,
            Outage.Blackhole => LinkState.Blackhole,
            _ => LinkState.Down,
        });
    }

    private static LaneKnobs Lane(LinkKnobs knobs) => new(knobs.BitsPerSecond, Time(knobs.Delay), knobs.QueueBytes)
    {
        Jitter = Time(knobs.Jitter),
        JitterEvery = Time(knobs.JitterEvery),
        Loss = LossModel.Random(knobs.Loss),
    };

    private static Duration Time(TimeSpan time) => Duration.FromMicros(time.Ticks / TimeSpan.TicksPerMicrosecond);
}
