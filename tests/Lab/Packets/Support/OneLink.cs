using Multipath.Lab.Packets;
using Multipath.Lab.Packets.Middleboxes;
using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Tests.Packets.Support;

/// <summary>Two scripted nodes and a link.</summary>
internal sealed class OneLink
{
    /// <summary>A byte a microsecond, 10 ms of propagation, room for ten full packets.</summary>
    internal static readonly LaneKnobs Plain = new(8_000_000, Duration.FromMillis(10), 15_000);

    internal OneLink(LaneKnobs? knobs = null, ulong seed = 1, params IReadOnlyList<Middlebox> boxes)
    {
        Network = new PacketNetwork(seed);
        var near = Network.AddNode("near", Near);
        var far = Network.AddNode("far", Far);
        Link = Network.AddLink("link", LinkKnobs.Same(knobs ?? Plain), near, far, boxes);
        near.Routes.Add(null, null, Link.NearDoor);
        far.Routes.Add(null, null, Link.FarDoor);
    }

    internal PacketNetwork Network { get; }

    internal PacketLink Link { get; }

    internal ScriptedNode Near { get; } = new();

    internal ScriptedNode Far { get; } = new();

    internal static Instant At(long micros) => new(micros);

    /// <summary>What the far node gets of one segment that the near node sends.</summary>
    internal static IReadOnlyList<byte[]> Through(Middlebox box, params IReadOnlyList<TcpBytes> up)
    {
        var world = new OneLink(boxes: box);
        foreach (var segment in up)
        {
            world.Near.Send(0, segment.ToPacket());
        }

        return [.. world.Run().Far.Received.Select(received => received.Bytes)];
    }

    internal OneLink Run(long untilMicros = 60_000_000)
    {
        Network.Start();
        Network.RunUntil(new Instant(untilMicros));
        return this;
    }
}
