using Aspire.Hosting;

namespace Multipath.AppHost;

/// <summary>
/// What runs: PostgreSQL, two silos on it that are one cluster, and three simulated hosts, of which each silo has some.
/// </summary>
internal static class Fleet
{
    private const string Cluster = "multipath";

    /// <summary>The name of silos' ADO.NET store; what grains ask for stands before it and puts its failures into words.</summary>
    private const string GrainStorage = "postgresql";

    public static void AddFleet(this IDistributedApplicationBuilder builder)
    {
        var database = builder.AddPostgres("postgres").AddDatabase("fleet");
        var store = new OrleansOnPostgres(database);
        var cluster = builder.AddOrleans(Cluster)
            .WithClusterId(Cluster).WithServiceId(Cluster)
            .WithClustering(store).WithReminders(store).WithGrainStorage(GrainStorage, store);

        var schema = builder.AddMigration("schema", database);
        var first = builder.AddSilo("silo-1", Cluster, database, cluster, schema);
        var second = builder.AddSilo("silo-2", Cluster, database, cluster, schema);
        var policies = builder.AddPolicies("policies", first, "vans.policy.yaml");
        builder.AddSimulatedHost("van-1", first, policies);
        builder.AddSimulatedHost("van-2", second, policies);
        builder.AddSimulatedHost("van-3", second, policies);
    }
}
