using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>What the subflows from a local address cost; schedulers read it, the peer does not learn of it.</summary>
/// <param name="Local">The local address.</param>
/// <param name="CostClass">0 is free, a higher one costs more.</param>
/// <param name="Weight">Share of the traffic relative to the others'; 0 counts as 1.</param>
public readonly record struct PathCost(IpAddr Local, byte CostClass, ushort Weight = 1);
