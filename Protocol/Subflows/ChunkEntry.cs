using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>A chunk and the place it has on its subflow.</summary>
/// <param name="Chunk">The range of the connection's data.</param>
/// <param name="Start">The sequence number of its first octet.</param>
public readonly record struct ChunkEntry(Chunk Chunk, Seq32 Start)
{
    /// <summary>The sequence number behind its last octet.</summary>
    public Seq32 End => Start + Chunk.Length;
}
