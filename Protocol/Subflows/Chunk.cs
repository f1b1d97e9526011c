using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Subflows;

/// <summary>A range of the connection's data that a subflow carries under one DSS map (RFC 8684 section 3.3).</summary>
/// <remarks>
/// The subflow holds no bytes of it. Every segment of a chunk carries the same map, retransmissions included: a mapping never changes.
/// </remarks>
public readonly record struct Chunk
{
    /// <summary>The data sequence number of the first octet.</summary>
    public required Dsn64 Dsn { get; init; }

    /// <summary>Octets of payload, above 0; at most 65535, the largest length of a map.</summary>
    public required int Length { get; init; }

    /// <summary>What the connection needs again when it writes the map: its checksum or what leads to it. Not read here.</summary>
    public ushort Checksum { get; init; }

    /// <summary>Whether the map ends with a DATA_FIN, which takes a data sequence number but no octet. Not read here.</summary>
    public bool HasDataFin { get; init; }

    /// <summary>Whether an adjoining chunk may be merged into this one while nothing of it was sent; not with a checksum.</summary>
    public bool IsMergeable { get; init; }
}
