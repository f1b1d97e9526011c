using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Multipath.AppHost;

/// <summary>
/// What runs: PostgreSQL, two silos on it that are one cluster, and three simulated hosts, of which each silo has some.
/// </summary>
internal static class Fleet
{
    /// <summary>An id of its own: in a database that others use too, these silos must not join theirs.</summary>
    private const string Cluster = "desk";

    /// <summary>Of the database, and of the connection string of one that is there already.</summary>
    private const string Database = "fleet";

    /// <summary>The name of silos' ADO.NET store; what grains ask for stands before it and puts its failures into words.</summary>
    private const string GrainStorage = "postgresql";

    public static void AddFleet(this IDistributedApplicationBuilder builder)
    {
        var database = builder.AddStore();
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

    /// <summary>The PostgreSQL that <c>ConnectionStrings__fleet</c> names; a container of one's own when there is none.</summary>
    private static IResourceBuilder<IResourceWithConnectionString> AddStore(this IDistributedApplicationBuilder builder) =>
        string.IsNullOrEmpty(builder.Configuration.GetConnectionString(Database))
            ? builder.AddPostgres("postgres").AddDatabase(Database)
            : builder.AddConnectionString(Database);
}
