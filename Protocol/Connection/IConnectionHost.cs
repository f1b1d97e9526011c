using Multipath.Protocol.Primitives;
using Multipath.Protocol.Subflows;

namespace Multipath.Protocol.Connection;

/// <summary>What a connection needs of its stack.</summary>
internal interface IConnectionHost
{
    /// <summary>Tells the owner of the stack.</summary>
    void Emit(in StackEvent happened);

    /// <summary>A subflow begins: packets of its ends are its.</summary>
    /// <returns>False when the ends are taken.</returns>
    bool TryRegister(Member member);

    /// <summary>A subflow is gone.</summary>
    void Unregister(Member member);

    /// <summary>Picks the local port of a subflow that is to be opened.</summary>
    /// <param name="tuple">Its ends; the local port is 0 before and a free one after.</param>
    /// <returns>False when none is free.</returns>
    bool TryComplete(ref FourTuple tuple);

    /// <summary>What a new subflow is made of.</summary>
    SubflowStart CreateStart(MptcpConnection connection, bool isV4);

    /// <summary>Random bits, as unguessable as the stack's entropy.</summary>
    uint NextRandom();

    /// <summary>The first handshake is complete; of an accepted connection the listener is told.</summary>
    void HandleConnected(MptcpConnection connection, Instant now);

    /// <summary>A join has proved itself, or is gone: it no longer counts as half open.</summary>
    void HandleJoinSettled();
}
