namespace Multipath.Agent.Netlink;

/// <summary>Numbers of linux/netlink.h and linux/genetlink.h.</summary>
internal static class NetlinkConstants
{
    internal const int HeaderSize = 16;
    internal const int GenericHeaderSize = 4;
    internal const int AttributeHeaderSize = 4;

    internal const int ProtocolRoute = 0;
    internal const int ProtocolSockDiag = 4;
    internal const int ProtocolGeneric = 16;

    internal const ushort TypeNoop = 1;
    internal const ushort TypeError = 2;
    internal const ushort TypeDone = 3;
    internal const ushort TypeOverrun = 4;
    /// <summary>The generic netlink controller, which resolves the names of families (GENL_ID_CTRL).</summary>
    internal const ushort TypeGenericControl = 16;

    internal const ushort FlagRequest = 1;
    internal const ushort FlagMulti = 2;
    internal const ushort FlagAck = 4;
    internal const ushort FlagDumpInterrupted = 0x10;
    internal const ushort FlagDump = 0x300;
    internal const ushort FlagCapped = 0x100;
    internal const ushort FlagAckAttributes = 0x200;

    internal const ushort AttributeNested = 0x8000;
    /// <summary>Strips NLA_F_NESTED and NLA_F_NET_BYTEORDER from an attribute's type.</summary>
    internal const ushort AttributeTypeMask = 0x3fff;

    internal const int SolNetlink = 270;
    internal const int OptionAddMembership = 1;
    internal const int OptionCapAck = 10;
    internal const int OptionExtAck = 11;
    internal const int OptionStrictCheck = 12;

    /// <summary>Rounds up to the four bytes on which messages and attributes begin.</summary>
    internal static int Align(int length) => (length + 3) & ~3;
}
