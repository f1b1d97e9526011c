using System.Buffers.Binary;
using Multipath.Lab.Packets.Middleboxes;

namespace Multipath.Lab.Packets.Watch;

/// <summary>
/// What a DSS option says (RFC 8684 section 3.3), read by the lab itself. Numbers of four bytes stand in the low half; the lab compares
/// low halves only, which is enough for the windows that it watches.
/// </summary>
/// <param name="HasAck">There is a data ACK.</param>
/// <param name="Ack">Its low 32 bits.</param>
/// <param name="HasMap">There is a mapping.</param>
/// <param name="Dsn">Low 32 bits of the mapping's data sequence number.</param>
/// <param name="Ssn">Its relative subflow sequence number; 0 for a mapping of no payload.</param>
/// <param name="Length">Its length in bytes, DATA_FIN included; 0 for an infinite one.</param>
/// <param name="Fin">It ends the data.</param>
internal readonly record struct DssView(bool HasAck, uint Ack, bool HasMap, uint Dsn, uint Ssn, int Length, bool Fin)
{
    private const byte AckPresent = 0x01;
    private const byte AckLong = 0x02;
    private const byte MapPresent = 0x04;
    private const byte DsnLong = 0x08;
    private const byte DataFin = 0x10;

    /// <summary>Finds and reads the option of a segment; false when there is none or it is cut short.</summary>
    internal static bool TryRead(in TcpFrame frame, out DssView view)
    {
        view = default;
        var options = new TcpOptionList(frame.Options);
        while (options.MoveNext())
        {
            if (options.Kind == TcpOptionList.Mptcp && options.Subtype == MptcpSubtype.Dss && options.Current.Length >= 4)
            {
                return TryRead(options.Current, out view);
            }
        }

        return false;
    }

    private static bool TryRead(ReadOnlySpan<byte> option, out DssView view)
    {
        var flags = option[3];
        var (hasAck, hasMap) = ((flags & AckPresent) != 0, (flags & MapPresent) != 0);
        var ackLength = !hasAck ? 0 : (flags & AckLong) != 0 ? 8 : 4;
        var dsnLength = !hasMap ? 0 : (flags & DsnLong) != 0 ? 8 : 4;
        view = default;
        if (option.Length < 4 + ackLength + (hasMap ? dsnLength + 6 : 0))
        {
            return false;
        }

        var map = option[(4 + ackLength)..];
        view = new DssView(
            hasAck,
            hasAck ? BinaryPrimitives.ReadUInt32BigEndian(option[ackLength..]) : 0,
            hasMap,
            hasMap ? BinaryPrimitives.ReadUInt32BigEndian(map[(dsnLength - 4)..]) : 0,
            hasMap ? BinaryPrimitives.ReadUInt32BigEndian(map[dsnLength..]) : 0,
            hasMap ? BinaryPrimitives.ReadUInt16BigEndian(map[(dsnLength + 4)..]) : 0,
            (flags & DataFin) != 0);
        return true;
    }
}
