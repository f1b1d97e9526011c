using System.Collections.Immutable;
using Multipath.Agent.Reconcile;
using Multipath.Protocol.Primitives;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>The way to a stack that one thread at a time may touch: through its pump, or under a simulation's lock.</summary>
internal interface IStackAccess : IDisposable
{
    /// <summary>Asks or does something; what it leaves to be sent is sent. Any thread but the one that drives the stack.</summary>
    /// <exception cref="IOException">The stack has ended.</exception>
    T Ask<T>(Func<HeldConnections, Instant, T> question);

    /// <summary>Stacks behind it, which have no connection in common.</summary>
    int Count => 1;

    /// <summary>Asks one of them.</summary>
    /// <exception cref="IOException">The stack has ended.</exception>
    T Ask<T>(int stack, Func<HeldConnections, Instant, T> question) => Ask(question);

    /// <summary>A probe for one thread.</summary>
    ISubflowProbe OpenProbe();

    /// <summary>Counters by name.</summary>
    ImmutableSortedDictionary<string, ulong> Counters();
}
