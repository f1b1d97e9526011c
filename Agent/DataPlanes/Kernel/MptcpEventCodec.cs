using System.Net;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>
/// Reads the events of mptcp_pm: generic header with the event's number as command, then attributes; ports in network order.
/// </summary>
internal static class MptcpEventCodec
{
    private const byte EventCreated = 1;
    private const byte EventEstablished = 2;
    private const byte EventClosed = 3;
    private const byte EventAnnounced = 6;
    private const byte EventRemoved = 7;
    private const byte EventSubflowEstablished = 10;
    private const byte EventSubflowClosed = 11;
    private const byte EventSubflowPriority = 13;
    private const byte EventListenerCreated = 15;
    private const byte EventListenerClosed = 16;

    /// <summary>MPTCP_PM_EV_FLAG_DENY_JOIN_ID0.</summary>
    private const ushort FlagDenyJoin = 1;

    /// <summary>MPTCP_PM_EV_FLAG_SERVER_SIDE; before Linux 6.18 only the attribute says it.</summary>
    private const ushort FlagServerSide = 2;

    /// <returns>Null for an event that a later kernel invented, or for one that lacks what it must have.</returns>
    internal static MptcpEvent? Parse(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < NetlinkConstants.GenericHeaderSize)
        {
            return null;
        }

        var fields = Read(new NetlinkAttributes(payload[NetlinkConstants.GenericHeaderSize..]));
        var hasTuple = fields is { Source: not null, Destination: not null };
        return payload[0] switch
        {
            EventCreated when hasTuple => new MptcpEvent.Created(fields.Token, fields.Tuple, fields.ServerSide, fields.DenyJoin),
            EventEstablished when hasTuple => new MptcpEvent.Established(fields.Token, fields.Tuple, fields.ServerSide, fields.DenyJoin),
            EventClosed => new MptcpEvent.Closed(fields.Token),
            EventAnnounced when fields.Destination is not null =>
                new MptcpEvent.Announced(fields.Token, fields.RemoteId, fields.Destination, fields.DestinationPort),
            EventRemoved => new MptcpEvent.Removed(fields.Token, fields.RemoteId),
            EventSubflowEstablished when hasTuple => new MptcpEvent.SubflowEstablished(fields.Token, fields.Subflow),
            EventSubflowClosed when hasTuple =>
                new MptcpEvent.SubflowClosed(fields.Token, fields.Subflow, fields.Error, fields.ResetReason),
            EventSubflowPriority when hasTuple => new MptcpEvent.SubflowPriority(fields.Token, fields.Subflow),
            EventListenerCreated when fields.Source is not null => new MptcpEvent.ListenerCreated(fields.Source, fields.SourcePort),
            EventListenerClosed when fields.Source is not null => new MptcpEvent.ListenerClosed(fields.Source, fields.SourcePort),
            _ => null,
        };
    }

    private static Fields Read(NetlinkAttributes attributes)
    {
        var fields = default(Fields);
        while (attributes.TryNext(out var attribute))
        {
            switch (attribute.Type)
            {
                case 1:
                    fields.Token = attribute.U32;
                    break;
                case 3:
                    fields.LocalId = attribute.U8;
                    break;
                case 4:
                    fields.RemoteId = attribute.U8;
                    break;
                case 5 or 6:
                    fields.Source = attribute.Address;
                    break;
                case 7 or 8:
                    fields.Destination = attribute.Address;
                    break;
                case 9:
                    fields.SourcePort = attribute.U16BigEndian;
                    break;
                case 10:
                    fields.DestinationPort = attribute.U16BigEndian;
                    break;
                case 11:
                    fields.Backup = attribute.U8 != 0;
                    break;
                case 12:
                    fields.Error = attribute.U8;
                    break;
                case 13:
                    fields.DenyJoin |= (attribute.U16 & FlagDenyJoin) != 0;
                    fields.ServerSide |= (attribute.U16 & FlagServerSide) != 0;
                    break;
                case 15:
                    fields.InterfaceIndex = attribute.S32;
                    break;
                case 16:
                    fields.ResetReason = attribute.U32;
                    break;
                case 18:
                    fields.ServerSide |= attribute.U8 != 0;
                    break;
            }
        }

        return fields;
    }

    /// <summary>All that any event may carry (enum mptcp_event_attr).</summary>
    private struct Fields
    {
        internal uint Token;
        internal byte LocalId;
        internal byte RemoteId;
        internal IPAddress? Source;
        internal IPAddress? Destination;
        internal ushort SourcePort;
        internal ushort DestinationPort;
        internal bool Backup;
        internal byte Error;
        internal int InterfaceIndex;
        internal uint? ResetReason;
        internal bool ServerSide;
        internal bool DenyJoin;

        internal readonly FourTuple Tuple => new(Source!, SourcePort, Destination!, DestinationPort);

        internal readonly SubflowFacts Subflow => new(Tuple, LocalId, RemoteId, Backup, InterfaceIndex);
    }
}
