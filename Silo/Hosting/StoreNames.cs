namespace Multipath.Silo.Hosting;

/// <summary>Names under which grain storage is registered.</summary>
internal static class StoreNames
{
    /// <summary>Hosts, policies and the fleet's index.</summary>
    public const string Fleet = "fleet";
}
