using Orleans.Hosting;

namespace Multipath.Silo.Hosting;

/// <summary>This build's cluster: one silo and its store.</summary>
internal static class SiloCluster
{
    /// <summary>Whether silos of this build share the state of a cluster.</summary>
    public const bool HasSeveralSilos = false;

    /// <summary>Null when a silo of this build can run so, else why not.</summary>
    public static string? Refusal(SiloOptions options) => options.Cluster == new ClusterSettings() ? null
        : "--cluster: this build runs one silo; several need the build of Microsoft Orleans (-p:Hosting=Orleans)";

    /// <summary>Adds the silo and its store.</summary>
    public static void Add(WebApplicationBuilder builder, SiloOptions options)
    {
        SiloStore.Add(builder.Services, options);
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
    }

    /// <summary>What a failed start means to a person; null when its own words are the best.</summary>
    public static string? Explain(Exception failure, SiloOptions options) => null;
}
