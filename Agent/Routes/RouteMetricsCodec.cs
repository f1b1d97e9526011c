using System.Net;
using System.Runtime.InteropServices;
using Multipath.Agent.Interop;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.Routes;

/// <summary>
/// Reads the routes of a table with their metrics, and writes one back with another initial window (linux/rtnetlink.h). Pure.
/// </summary>
internal static class RouteMetricsCodec
{
    private const ushort NewRoute = 24;
    private const ushort GetRoute = 26;
    private const ushort FlagReplace = 0x100;
    private const int HeaderSize = 12;

    private const ushort Destination = 1;
    private const ushort OutInterface = 4;
    private const ushort Priority = 6;
    private const ushort Metrics = 8;
    private const ushort CacheInfo = 12;
    private const ushort Table = 15;
    private const ushort InitialWindow = 11;

    private const byte Unicast = 1;
    private const byte ByRedirect = 1;
    private const byte ByKernel = 2;
    private const byte ByAdvertisement = 9;

    /// <summary>RTNH_F_ONLINK is an order; RTNH_F_DEAD and RTNH_F_LINKDOWN are news, and refused when they are written back.</summary>
    private const uint FlagOnLink = 4;
    private const uint FlagsDown = 1 | 16;

    /// <summary>
    /// RTA_DST, OIF, GATEWAY, PRIORITY, PREFSRC, METRICS, CACHEINFO, TABLE, VIA, PREF: what can be written back as it was read.
    /// </summary>
    private static ReadOnlySpan<ushort> Known => [1, 4, 5, 6, 7, 8, 12, 15, 18, 20];

    /// <summary>Asks for all routes of a table; the socket has to ask strictly, else the kernel gives those of all tables.</summary>
    internal static Span<byte> Dump(Span<byte> buffer, byte family, uint table)
    {
        var writer = new NetlinkWriter(buffer, GetRoute, NetlinkConstants.FlagDump);
        Span<byte> header = stackalloc byte[HeaderSize];
        header.Clear();
        header[0] = family;
        writer.Raw(header);
        writer.U32(Table, table);
        return writer.Finish();
    }

    /// <returns>Null for what is no unicast route.</returns>
    internal static KernelRoute? Parse(in NetlinkMessage message)
    {
        var payload = message.Payload;
        if (message.Type != NewRoute || payload.Length < HeaderSize || payload[7] != Unicast
            || payload[0] is not (Libc.AfInet or Libc.AfInet6))
        {
            return null;
        }

        var network = payload[0] == Libc.AfInet ? IPAddress.Any : IPAddress.IPv6Any;
        uint table = payload[4];
        uint priority = 0;
        uint? window = null;
        var interfaceIndex = 0;
        var known = payload[5] is not (ByRedirect or ByKernel or ByAdvertisement)
            && (MemoryMarshal.Read<uint>(payload[8..]) & FlagsDown) == 0;
        var attributes = new NetlinkAttributes(payload[HeaderSize..]);
        while (attributes.TryNext(out var attribute))
        {
            known &= Known.Contains(attribute.Type);
            switch (attribute.Type)
            {
                case Destination:
                    network = attribute.Address ?? network;
                    break;
                case OutInterface:
                    interfaceIndex = attribute.S32;
                    break;
                case Priority:
                    priority = attribute.U32;
                    break;
                case Metrics:
                    window = WindowIn(attribute.Nested);
                    break;
                case CacheInfo:
                    known &= !Expires(attribute);
                    break;
                case Table:
                    table = attribute.U32;
                    break;
            }
        }

        var key = new RouteKey(table, network, payload[1], payload[3], priority, interfaceIndex);
        return new KernelRoute(key, window, known && interfaceIndex != 0 ? payload.ToArray() : null);
    }

    /// <summary>How large a buffer <see cref="Replace"/> needs.</summary>
    internal static int ReplaceSize(byte[] route) => NetlinkConstants.HeaderSize + route.Length + 32;

    /// <summary>Writes a route back as it was read, but for the initial window.</summary>
    /// <param name="buffer">Of <see cref="ReplaceSize"/>.</param>
    /// <param name="route">The kernel's message of it.</param>
    /// <param name="window">In segments; null for the kernel's own number.</param>
    internal static Span<byte> Replace(Span<byte> buffer, ReadOnlySpan<byte> route, uint? window)
    {
        var writer = new NetlinkWriter(buffer, NewRoute, NetlinkConstants.FlagAck | FlagReplace);
        Span<byte> header = stackalloc byte[HeaderSize];
        route[..HeaderSize].CopyTo(header);
        MemoryMarshal.Write(header[8..], MemoryMarshal.Read<uint>(header[8..]) & FlagOnLink);
        writer.Raw(header);
        NetlinkAttributes metrics = default;
        var attributes = new NetlinkAttributes(route[HeaderSize..]);
        while (attributes.TryNext(out var attribute))
        {
            switch (attribute.Type)
            {
                case Metrics:
                    metrics = attribute.Nested;
                    break;
                case CacheInfo:
                    break;
                default:
                    writer.Attribute(attribute.Type, attribute.Value);
                    break;
            }
        }

        WriteMetrics(ref writer, metrics, window);
        return writer.Finish();
    }

    private static void WriteMetrics(ref NetlinkWriter writer, NetlinkAttributes metrics, uint? window)
    {
        var nest = writer.BeginNest(Metrics);
        while (metrics.TryNext(out var metric))
        {
            if (metric.Type != InitialWindow)
            {
                writer.Attribute(metric.Type, metric.Value);
            }
        }

        if (window is { } segments)
        {
            writer.U32(InitialWindow, segments);
        }

        writer.EndNest(nest);
    }

    private static uint? WindowIn(NetlinkAttributes metrics)
    {
        while (metrics.TryNext(out var metric))
        {
            if (metric.Type == InitialWindow)
            {
                return metric.U32;
            }
        }

        return null;
    }

    /// <summary><c>struct rta_cacheinfo</c>: clntref, lastuse, expires.</summary>
    private static bool Expires(in NetlinkAttribute info) => info.Value.Length >= 12 && MemoryMarshal.Read<int>(info.Value[8..]) != 0;
}
