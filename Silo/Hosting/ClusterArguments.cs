using System.Globalization;
using System.Net;
using Multipath.Silo.Mapping;

namespace Multipath.Silo.Hosting;

/// <summary>The arguments that say how a silo takes part in a cluster.</summary>
internal static class ClusterArguments
{
    public const string Cluster = "--cluster";
    public const string Advertise = "--advertise";
    public const string SiloPort = "--silo-port";

    /// <summary>The settings with what was given, or the first error.</summary>
    public static (ClusterSettings Settings, string? Error) Read(IReadOnlyDictionary<string, string?> values, ClusterSettings settings)
    {
        if (values[Cluster] is { } id)
        {
            if (!WireCheck.IsName(id))
            {
                return (settings, $"{Cluster}: \"{id}\" is no name; expected letters, digits and . _ : -");
            }

            settings = settings with { Id = id };
        }

        if (values[Advertise] is { } address)
        {
            if (!IPAddress.TryParse(address, out var parsed) || parsed.Equals(IPAddress.Any) || parsed.Equals(IPAddress.IPv6Any))
            {
                return (settings, $"{Advertise}: \"{address}\" is not an address at which other silos could reach this one");
            }

            settings = settings with { Advertise = parsed };
        }

        if (values[SiloPort] is { } port)
        {
            if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) || parsed == 0)
            {
                return (settings, $"{SiloPort}: \"{port}\" is not a port, expected 1 to 65535");
            }

            settings = settings with { SiloPort = parsed };
        }

        return (settings, null);
    }
}
