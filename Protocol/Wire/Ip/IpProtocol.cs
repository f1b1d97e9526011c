namespace Multipath.Protocol.Wire.Ip;

/// <summary>The protocols and extension headers that are told apart (registry of assigned Internet protocol numbers, IANA).</summary>
internal static class IpProtocol
{
    public const byte HopByHop = 0;
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Routing = 43;
    public const byte Fragment = 44;
    public const byte IcmpV6 = 58;
    public const byte DestinationOptions = 60;
}
