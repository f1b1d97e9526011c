using Multipath.Protocol.Primitives;

namespace Multipath.Protocol.Connection;

/// <summary>A mapping of a subflow's bytes into the stream of the connection (RFC 8684 section 3.3.1).</summary>
/// <param name="Dsn">Number of the first byte in the stream.</param>
/// <param name="Ssn">Its number on the subflow, relative to the SYN's.</param>
/// <param name="WireLength">Length as sent: a DATA_FIN counts for one.</param>
/// <param name="DataFin">The number after the last byte is the end of the stream (section 3.3.3).</param>
/// <param name="Checksum">The checksum as sent; looked at only when checksums are in use.</param>
internal readonly record struct DssMap(Dsn64 Dsn, Seq32 Ssn, ushort WireLength, bool DataFin, ushort Checksum)
{
    /// <summary>Bytes of the subflow that are mapped.</summary>
    public int Length => DataFin ? WireLength - 1 : WireLength;

    /// <summary>The subflow's number after the last mapped byte.</summary>
    public Seq32 EndSsn => Ssn + Length;

    /// <summary>Place in the stream of a byte of the subflow.</summary>
    public Dsn64 At(Seq32 ssn) => Dsn + (ssn - Ssn);

    /// <summary>Whether a byte of the subflow is mapped.</summary>
    public bool Covers(Seq32 ssn) => ssn.IsIn(Ssn, (uint)Length);

    /// <summary>Whether two mappings send no byte of the subflow to different places.</summary>
    public bool AgreesWith(in DssMap other) =>
        other.EndSsn <= Ssn || EndSsn <= other.Ssn || other.At(Ssn) == Dsn;
}
