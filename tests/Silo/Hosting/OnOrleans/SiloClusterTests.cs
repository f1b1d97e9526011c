using System.Net;
using System.Reflection;
using Multipath.Silo.Hosting;
using Npgsql;
using Orleans.Runtime.MembershipService;

namespace Multipath.Silo.Tests.Hosting;

/// <summary>What a silo of a cluster says when it does not start.</summary>
public sealed class SiloClusterTests
{
    private static readonly SiloOptions Options = new()
    {
        Database = "Host=db;Database=fleet;Username=mpsilo;Password=secret",
        Cluster = new ClusterSettings { Id = "vans", Advertise = IPAddress.Loopback },
    };

    [Fact]
    public void Of_two_clusters_with_one_id_in_one_database_the_second_says_so()
    {
        var unreachable = (Exception)Activator.CreateInstance(
            typeof(OrleansClusterConnectivityCheckFailedException),
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic,
            null,
            ["Failed to reach S10.0.0.1:11111:1."],
            null)!;
        foreach (var failure in new[] { unreachable, new InvalidOperationException("The host did not start.", unreachable) })
        {
            var why = SiloCluster.Explain(failure, Options);
            Assert.StartsWith("Other silos of cluster \"vans\" stand in the database and do not answer: Failed to reach", why,
                StringComparison.Ordinal);
            Assert.EndsWith("this is another cluster of the same name: give it an id (--cluster) or a database of its own.", why,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_the_database_refuses_is_explained_without_the_password()
    {
        var why = SiloCluster.Explain(
            new InvalidOperationException("", new PostgresException("no", "FATAL", "FATAL", PostgresErrorCodes.InvalidPassword)), Options);
        Assert.Contains("refuses the password of role mpsilo", why, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", why, StringComparison.Ordinal);
        Assert.Null(SiloCluster.Explain(new InvalidOperationException("another reason"), Options));
    }

    [Fact]
    public void Half_a_dozen_silos_fit_into_the_connections_that_a_server_admits_by_default() =>
        Assert.InRange(SiloCluster.Connections * 6, 1, 100 - 10);
}
