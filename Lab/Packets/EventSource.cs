using Multipath.Protocol.Primitives;

namespace Multipath.Lab.Packets;

/// <summary>
/// Something of a simulated network that acts by itself at times: a lane that delivers, a node with timers, a schedule. It has one
/// place in the <see cref="EventLoop"/> however many packets it holds, so that the loop stays a handful of entries.
/// </summary>
internal abstract class EventSource
{
    /// <summary>Where the loop keeps this source; -1 before it was added.</summary>
    internal int HeapIndex { get; set; } = -1;

    /// <summary>Rank among sources that are due at the same moment: the order in which they were added.</summary>
    internal int Order { get; set; }

    /// <summary>Acts at its deadline, and sets the next one, later or never, with <see cref="EventLoop.Schedule"/>.</summary>
    /// <param name="now">The moment, not before the deadline.</param>
    internal abstract void HandleDue(Instant now);
}
