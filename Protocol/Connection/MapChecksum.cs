using Multipath.Protocol.Wire;

namespace Multipath.Protocol.Connection;

/// <summary>The checksum of a mapping whose bytes lie in several pieces (RFC 8684 section 3.3.1).</summary>
internal static class MapChecksum
{
    /// <summary>The checksum to send, of data in one piece or two.</summary>
    public static ushort Compute(in DssMap map, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        Of(map, Checksum.Append(Checksum.Sum(first), first.Length, Checksum.Sum(second)));

    /// <summary>The checksum that a mapping has to have.</summary>
    /// <param name="map">The mapping.</param>
    /// <param name="sum">The sum of its bytes.</param>
    public static ushort Of(in DssMap map, ushort sum) => Checksum.Dss(map.Dsn, map.Ssn.Value, map.WireLength, sum);
}
