using Multipath.Silo.Hosting;

namespace Multipath.Silo.Tests.Hosting;

public sealed class UpkeepArgumentsTests
{
    /// <summary>The builds differ only where nothing is said: each looks where its silos keep their state.</summary>
    private static readonly string? OfTheBuild = SiloCluster.HasSeveralSilos ? "multipath" : null;

    [Fact]
    public void The_cluster_is_the_one_that_is_typed_else_that_of_the_environment_else_that_of_the_build()
    {
        Assert.Equal(OfTheBuild, Cluster(null, "export f --database Host=a"));
        Assert.Equal("vans", Cluster("vans", "export f --database Host=a"));
        Assert.Equal("cars", Cluster("vans", "import f --database Host=a --cluster cars"));
        Assert.Null(Cluster("vans", "export f --database Host=a --tables product"));
        Assert.Equal("vans", Cluster("vans", "export f --database Host=a --tables orleans"));
        Assert.Equal("multipath", Cluster(null, "export f --database Host=a --tables orleans"));
    }

    [Fact]
    public void A_folder_has_no_cluster() => Assert.Null(Cluster("vans", "export f --data d"));

    private static string? Cluster(string? variable, string line)
    {
        var (task, error) = UpkeepArguments.Read(line.Split(' '), name => name == "MPSILO_CLUSTER" ? variable : null);
        Assert.Null(error);
        return task!.Cluster;
    }
}
