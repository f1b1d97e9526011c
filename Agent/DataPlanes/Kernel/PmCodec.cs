using System.Net;
using System.Net.Sockets;
using Multipath.Agent.Interop;
using Multipath.Agent.Netlink;

namespace Multipath.Agent.DataPlanes.Kernel;

/// <summary>Requests and answers of mptcp_pm as bytes. Numbers are in host order, ports too (unlike in events).</summary>
internal static class PmCodec
{
    internal const string FamilyName = "mptcp_pm";
    internal const string EventGroup = "mptcp_pm_events";
    internal const byte Version = 1;

    private const ushort AttributeAddress = 1;
    private const ushort AttributeAcceptedAddresses = 2;
    private const ushort AttributeSubflows = 3;
    private const ushort AttributeToken = 4;
    private const ushort AttributeLocalId = 5;
    private const ushort AttributeRemote = 6;

    private const ushort AddressFamilyField = 1;
    private const ushort AddressId = 2;
    private const ushort Address4 = 3;
    private const ushort Address6 = 4;
    private const ushort AddressPort = 5;
    private const ushort AddressFlags = 6;
    private const ushort AddressInterface = 7;

    /// <summary>Begins a command that the kernel acknowledges.</summary>
    internal static NetlinkWriter Begin(Span<byte> buffer, ushort family, PmCommand command, ushort flags = NetlinkConstants.FlagAck) =>
        NetlinkWriter.Generic(buffer, family, (byte)command, Version, flags);

    internal static void WriteToken(ref NetlinkWriter writer, uint token) => writer.U32(AttributeToken, token);

    internal static void WriteLocalId(ref NetlinkWriter writer, byte id) => writer.U8(AttributeLocalId, id);

    internal static void WriteLocal(ref NetlinkWriter writer, in PmAddress address) => WriteAddress(ref writer, AttributeAddress, address);

    internal static void WriteRemote(ref NetlinkWriter writer, in PmAddress address) => WriteAddress(ref writer, AttributeRemote, address);

    /// <summary>Names an endpoint by its id alone: with a family the kernel would ask for an address too.</summary>
    internal static void WriteId(ref NetlinkWriter writer, byte id, EndpointFlags? flags = null)
    {
        var nest = writer.BeginNest(AttributeAddress);
        writer.U8(AddressId, id);
        if (flags is { } value)
        {
            writer.U32(AddressFlags, (uint)value);
        }

        writer.EndNest(nest);
    }

    internal static void WriteLimits(ref NetlinkWriter writer, PmLimits limits)
    {
        writer.U32(AttributeAcceptedAddresses, limits.AcceptedAddresses);
        writer.U32(AttributeSubflows, limits.Subflows);
    }

    /// <summary>Reads the endpoint of an answer; null if it has none with an address.</summary>
    internal static PmAddress? ReadAddress(ReadOnlySpan<byte> payload)
    {
        var attributes = AfterHeader(payload);
        while (attributes.TryNext(out var attribute))
        {
            if (attribute.Type == AttributeAddress)
            {
                return ReadNest(attribute.Nested);
            }
        }

        return null;
    }

    internal static PmLimits ReadLimits(ReadOnlySpan<byte> payload)
    {
        var limits = default(PmLimits);
        var attributes = AfterHeader(payload);
        while (attributes.TryNext(out var attribute))
        {
            limits = attribute.Type switch
            {
                AttributeAcceptedAddresses => limits with { AcceptedAddresses = attribute.U32 },
                AttributeSubflows => limits with { Subflows = attribute.U32 },
                _ => limits,
            };
        }

        return limits;
    }

    private static NetlinkAttributes AfterHeader(ReadOnlySpan<byte> payload) =>
        new(payload.Length < NetlinkConstants.GenericHeaderSize ? default : payload[NetlinkConstants.GenericHeaderSize..]);

    private static void WriteAddress(ref NetlinkWriter writer, ushort type, in PmAddress address)
    {
        var nest = writer.BeginNest(type);
        var v4 = address.Address.AddressFamily == AddressFamily.InterNetwork;
        writer.U16(AddressFamilyField, (ushort)(v4 ? Libc.AfInet : Libc.AfInet6));
        writer.Address(v4 ? Address4 : Address6, address.Address);
        if (address.Id != 0)
        {
            writer.U8(AddressId, address.Id);
        }

        if (address.Port != 0)
        {
            writer.U16(AddressPort, address.Port);
        }

        if (address.Flags != EndpointFlags.None)
        {
            writer.U32(AddressFlags, (uint)address.Flags);
        }

        if (address.InterfaceIndex != 0)
        {
            writer.U32(AddressInterface, (uint)address.InterfaceIndex);
        }

        writer.EndNest(nest);
    }

    private static PmAddress? ReadNest(NetlinkAttributes nest)
    {
        IPAddress? ip = null;
        ushort port = 0;
        byte id = 0;
        var flags = EndpointFlags.None;
        var interfaceIndex = 0;
        while (nest.TryNext(out var field))
        {
            switch (field.Type)
            {
                case AddressId:
                    id = field.U8;
                    break;
                case Address4 or Address6:
                    ip = field.Address;
                    break;
                case AddressPort:
                    port = field.U16;
                    break;
                case AddressFlags:
                    flags = (EndpointFlags)field.U32;
                    break;
                case AddressInterface:
                    interfaceIndex = field.S32;
                    break;
            }
        }

        return ip is null ? null : new PmAddress(ip, port, id, flags, interfaceIndex);
    }
}
