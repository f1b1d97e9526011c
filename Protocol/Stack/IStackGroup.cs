using Multipath.Protocol.Primitives;

namespace Multipath.Protocol;

/// <summary>
/// Stacks that answer for the same addresses, each driven by a thread of its own; a connection with all of its subflows lives in one. A
/// packet may come to any: one that belongs to nothing there is handed to the stack that has its flow, or the token that it joins.
/// </summary>
/// <remarks>Called by the threads of all stacks.</remarks>
public interface IStackGroup
{
    /// <summary>The stack that has a flow.</summary>
    /// <param name="flow">Its ends.</param>
    /// <param name="stack">The stack's place.</param>
    /// <returns>False when none has it.</returns>
    bool TryFind(in FourTuple flow, out int stack);

    /// <summary>A flow begins.</summary>
    /// <param name="flow">Its ends.</param>
    /// <param name="stack">The place of the stack that has it.</param>
    void Add(in FourTuple flow, int stack);

    /// <summary>A flow is gone.</summary>
    /// <param name="flow">Its ends.</param>
    /// <param name="stack">The place of the stack that had it.</param>
    void Remove(in FourTuple flow, int stack);

    /// <summary>Gives a packet to another stack, whose thread handles it some time soon.</summary>
    /// <param name="stack">The stack's place.</param>
    /// <param name="packet">The packet; only during the call.</param>
    /// <param name="info">What is known beside it.</param>
    void HandOver(int stack, ReadOnlySpan<byte> packet, in PacketInfo info);
}
