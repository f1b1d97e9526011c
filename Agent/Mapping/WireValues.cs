using System.Net;
using Google.Protobuf;
using Multipath.Agent.Session;
using Multipath.Policies.Model;
using Wire = Multipath.Contracts.Wire;

namespace Multipath.Agent.Mapping;

/// <summary>The small values of the wire contract, there and back. What comes in is checked: null means that it makes no sense.</summary>
internal static class WireValues
{
    /// <summary>Linux's IFNAMSIZ without the end mark.</summary>
    private const int InterfaceNameLimit = 15;

    public static ByteString ToWire(IPAddress address) => ByteString.CopyFrom(address.GetAddressBytes());

    public static Wire.PathId ToWire(PathKey path) => new() { Interface = path.Interface, Address = ToWire(path.Address) };

    public static Wire.EndPoint ToWire(IPEndPoint end) => new() { Address = ToWire(end.Address), Port = (uint)end.Port };

    public static Wire.PlanVersion ToWire(PlanVersion version) => new() { Epoch = version.Epoch, Generation = version.Generation };

    public static Wire.PathState ToWire(PathState state) => state switch
    {
        PathState.Up => Wire.PathState.Up,
        PathState.LinkDown => Wire.PathState.LinkDown,
        _ => Wire.PathState.Silent,
    };

    public static Wire.DataPlane ToWire(PlaneKind plane) => plane switch
    {
        PlaneKind.Kernel => Wire.DataPlane.KernelUserspacePm,
        PlaneKind.Tun => Wire.DataPlane.Tun,
        _ => Wire.DataPlane.Unspecified,
    };

    public static long ToUnixMicroseconds(DateTimeOffset at) =>
        (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <returns>Null for the absent version and for 0.0, which no plan has.</returns>
    public static PlanVersion? Version(Wire.PlanVersion? version) =>
        version is null || (version.Epoch == 0 && version.Generation == 0) ? null : new PlanVersion(version.Epoch, version.Generation);

    /// <returns>Null unless the bytes are an IPv4 or IPv6 address.</returns>
    public static IPAddress? Address(ByteString bytes) => bytes.Length is 4 or 16 ? new IPAddress(bytes.Span) : null;

    /// <returns>Null when the interface cannot exist or the address is none.</returns>
    public static PathKey? Path(Wire.PathId? id) =>
        id is not null && id.Interface.Length is > 0 and <= InterfaceNameLimit && Address(id.Address) is { } address
            ? new PathKey(id.Interface, address)
            : null;
}
