using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Multipath.OrleansContract.Tests;

/// <summary>In this build a cluster is two silos or more: what cannot be serialised fails only between silos.</summary>
internal static class Cluster
{
    internal static int Silos { get; } =
        int.Parse(Environment.GetEnvironmentVariable("MPTEST_SILOS") ?? "2", CultureInfo.InvariantCulture);

    /// <summary>Grains on any silo, rather than on that of their first caller while it has room.</summary>
    internal static void Spread(ISiloBuilder silo) => silo.Services.AddSingleton<PlacementStrategy, RandomPlacement>();
}
