using Orleans.Hosting;

namespace Multipath.OrleansContract.Tests;

/// <summary>In this build a cluster is one silo.</summary>
internal static class Cluster
{
    internal const int Silos = 1;

    internal static void Spread(ISiloBuilder silo)
    {
    }
}
