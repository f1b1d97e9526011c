using System.Net;
using System.Net.Sockets;
using Multipath.Agent.Interop;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.DataPlanes.Tun;

/// <summary>Writes the requests that route a stack's addresses (linux/rtnetlink.h, linux/fib_rules.h). Pure.</summary>
internal static class UplinkRouteCodec
{
    private const ushort NewRoute = 24;
    private const ushort DeleteRoute = 25;
    private const ushort NewRule = 32;
    private const ushort DeleteRule = 33;
    private const ushort FlagReplace = 0x100;
    private const ushort FlagExclusive = 0x200;
    private const ushort FlagCreate = 0x400;

    private const ushort Destination = 1;
    private const ushort OutInterface = 4;
    private const ushort Gateway = 5;
    private const ushort Table = 15;
    private const ushort RuleSource = 2;
    private const ushort RulePriority = 6;

    private const byte MainTable = 254;
    private const byte ProtocolStatic = 4;
    private const byte ScopeLink = 253;
    private const byte TypeUnicast = 1;
    private const byte ActionLookUp = 1;
    private const byte ActionUnreachable = 7;

    /// <summary>In the main table: an address of the stack is behind the device.</summary>
    internal static Span<byte> ToDevice(Span<byte> buffer, IPAddress address, int device)
    {
        var writer = Route(buffer, NewRoute, FlagCreate | FlagReplace, address, (byte)(address.GetAddressBytes().Length * 8), onLink: true);
        writer.Address(Destination, address);
        writer.U32(OutInterface, (uint)device);
        writer.U32(Table, MainTable);
        return writer.Finish();
    }

    /// <summary>In a table of its own: everything goes out of the uplink's interface.</summary>
    /// <param name="buffer">For the message.</param>
    /// <param name="family">An address of the family that is meant.</param>
    /// <param name="table">The table.</param>
    /// <param name="uplink">The interface.</param>
    /// <param name="gateway">The next hop; null where the peers are on the link.</param>
    internal static Span<byte> ByUplink(Span<byte> buffer, IPAddress family, uint table, int uplink, IPAddress? gateway)
    {
        var writer = Route(buffer, NewRoute, FlagCreate | FlagReplace, family, 0, onLink: gateway is null);
        writer.U32(OutInterface, (uint)uplink);
        if (gateway is not null)
        {
            writer.Address(Gateway, gateway);
        }

        writer.U32(Table, table);
        return writer.Finish();
    }

    /// <summary>Takes away all that <see cref="ByUplink"/> made in a table.</summary>
    internal static Span<byte> WithoutUplink(Span<byte> buffer, IPAddress family, uint table)
    {
        // RT_SCOPE_NOWHERE: of any scope.
        const byte anyScope = 255;
        var writer = Route(buffer, DeleteRoute, 0, family, 0, anyScope);
        writer.U32(Table, table);
        return writer.Finish();
    }

    /// <summary>Packets from an address follow a table; or, without one, go nowhere.</summary>
    /// <param name="buffer">For the message.</param>
    /// <param name="add">Whether the rule comes or goes.</param>
    /// <param name="source">The address.</param>
    /// <param name="priority">The lowest is asked first.</param>
    /// <param name="table">The table; null for unreachable.</param>
    internal static Span<byte> Rule(Span<byte> buffer, bool add, IPAddress source, uint priority, uint? table)
    {
        var bytes = source.GetAddressBytes();
        var flags = (ushort)(NetlinkConstants.FlagAck | (add ? FlagCreate | FlagExclusive : 0));
        var writer = new NetlinkWriter(buffer, add ? NewRule : DeleteRule, flags);
        writer.Raw([Family(source), 0, (byte)(bytes.Length * 8), 0, 0, 0, 0, table is null ? ActionUnreachable : ActionLookUp, 0, 0, 0, 0]);
        writer.Attribute(RuleSource, bytes);
        writer.U32(RulePriority, priority);
        if (table is { } number)
        {
            writer.U32(Table, number);
        }

        return writer.Finish();
    }

    private static NetlinkWriter Route(Span<byte> buffer, ushort type, int flags, IPAddress family, byte prefix, bool onLink) =>
        Route(buffer, type, flags, family, prefix, onLink && family.AddressFamily == AddressFamily.InterNetwork ? ScopeLink : (byte)0);

    private static NetlinkWriter Route(Span<byte> buffer, ushort type, int flags, IPAddress family, byte prefix, byte scope)
    {
        var writer = new NetlinkWriter(buffer, type, (ushort)(NetlinkConstants.FlagAck | flags));
        writer.Raw([Family(family), prefix, 0, 0, 0, ProtocolStatic, scope, TypeUnicast, 0, 0, 0, 0]);
        return writer;
    }

    private static byte Family(IPAddress address) =>
        (byte)(address.AddressFamily == AddressFamily.InterNetwork ? Libc.AfInet : Libc.AfInet6);
}
