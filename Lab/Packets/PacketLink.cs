using Multipath.Lab.Packets.Middleboxes;

namespace Multipath.Lab.Packets;

/// <summary>
/// A link between two nodes: a lane each way and, between the near node's lanes and the far node, a row of middleboxes. Up is from near
/// to far. A packet up passes the lane, then the boxes in order; one down passes the boxes in reverse, then the lane.
/// </summary>
internal sealed class PacketLink
{
    /// <summary>Joins two nodes; routes are theirs to add.</summary>
    internal PacketLink(
        NetworkCore core, int index, string name, LinkKnobs knobs, NodePort near, NodePort far, IReadOnlyList<Middlebox> boxes, ulong seed)
    {
        Name = name;
        Up = new Lane(core, 2 * index, $"{name} up", knobs.Up, seed);
        Down = new Lane(core, (2 * index) + 1, $"{name} down", knobs.Down, ~seed);
        Down.FarEnd = near;
        IPacketSink up = far;
        foreach (var box in boxes.Reverse())
        {
            box.Attach(core, Heading.Up, up);
            up = box.Side(Heading.Up);
        }

        Up.FarEnd = up;
        IPacketSink down = Down;
        foreach (var box in boxes)
        {
            box.Attach(core, Heading.Down, down);
            down = box.Side(Heading.Down);
        }

        NearDoor = Up;
        FarDoor = down;
    }

    /// <summary>For people.</summary>
    internal string Name { get; }

    /// <summary>From the near node.</summary>
    internal Lane Up { get; }

    /// <summary>To the near node.</summary>
    internal Lane Down { get; }

    /// <summary>Where the near node's packets enter.</summary>
    internal IPacketSink NearDoor { get; }

    /// <summary>Where the far node's packets enter.</summary>
    internal IPacketSink FarDoor { get; }

    /// <summary>Exchanges the knobs of both lanes.</summary>
    internal void Configure(LinkKnobs knobs)
    {
        Up.Configure(knobs.Up);
        Down.Configure(knobs.Down);
    }

    /// <summary>Sets whether the link carries packets.</summary>
    internal void SetState(LinkState state) => (Up.State, Down.State) = (state, state);
}

/// <summary>How both directions of a link behave.</summary>
/// <param name="Up">From the near node.</param>
/// <param name="Down">To the near node.</param>
internal sealed record LinkKnobs(LaneKnobs Up, LaneKnobs Down)
{
    /// <summary>The same both ways.</summary>
    internal static LinkKnobs Same(LaneKnobs knobs) => new(knobs, knobs);
}
