using System.Net;
using Multipath.Silo.Storage;
using Multipath.Silo.Storage.PostgreSql;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime.Hosting;
using Orleans.Runtime.MembershipService;
using Orleans.Serialization;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Multipath.Silo.Hosting;

/// <summary>
/// This build's cluster: silos that find each other in a PostgreSQL database, which holds grain state and reminders as well. Nobody outside
/// of a silo calls grains, hence there is no gateway port: agents, programs and people come by gRPC and HTTP.
/// </summary>
internal static class SiloCluster
{
    /// <summary>How Orleans names the provider.</summary>
    private const string Invariant = "Npgsql";

    /// <summary>The store below <see cref="StoreNames.Fleet"/>, whose failures it puts into words.</summary>
    private const string BareStore = "postgresql";

    /// <summary>
    /// Connections of one silo when the connection string does not say: a server admits a hundred in all unless told otherwise, and half a
    /// dozen silos share them with the operator's tools.
    /// </summary>
    public const int Connections = 12;

    /// <summary>To give sessions and grains away one by one; an orchestrator has to wait for longer than that before it kills.</summary>
    private static readonly TimeSpan StopWithin = TimeSpan.FromMinutes(2);

    /// <summary>Whether silos of this build share the state of a cluster.</summary>
    public const bool HasSeveralSilos = true;

    /// <summary>Null when a silo of this build can run so, else why not.</summary>
    /// <exception cref="StoreException">The connection string cannot be read.</exception>
    public static string? Refusal(SiloOptions options)
    {
        if (options.Database is null)
        {
            return "--database: this build keeps its state in PostgreSQL; expected a connection string, for example "
                + "\"Host=db.example;Database=fleet;Username=mpsilo;Password=...\"";
        }

        return options.Cluster.Advertise is null && !IsOnThisMachine(PostgresDatabase.Parse(options.Database))
            ? "--advertise: the database is on another machine, and so may be other silos; expected where they reach this one"
            : null;
    }

    /// <summary>Adds the silo and its store.</summary>
    public static void Add(WebApplicationBuilder builder, SiloOptions options)
    {
        var cluster = options.Cluster;
        var settings = Settings(options);
        builder.Services
            .AddSingleton(settings)
            .AddSingleton(_ => PostgresDatabase.Source(settings))
            .AddSingleton<IStoreHealth, ClusterHealth>()
            .AddSingleton(cluster)
            .AddHostedService<SiloPortCheck>()
            .AddHostedService<ClusterSchema>()
            .AddHostedService<ClusterLog>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = StopWithin);
        ClusterLog.Quieten(builder.Logging);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(names => (names.ClusterId, names.ServiceId) = (cluster.Id, cluster.Id));
            silo.ConfigureEndpoints(cluster.Advertise ?? IPAddress.Loopback, cluster.SiloPort, gatewayPort: 0);
            silo.Configure<ClusterMembershipOptions>(membership => FailureDetection.Tune(membership, cluster));
            // An orchestrator may have configured a connection string for the same providers, which take one or the other.
            silo.UseAdoNetClustering(table => table.Configure<NpgsqlDataSource>((settings, database) =>
                (settings.Invariant, settings.ConnectionString, settings.DataSource) = (Invariant, null!, database)));
            silo.UseAdoNetReminderService(table => table.Configure<NpgsqlDataSource>((settings, database) =>
                (settings.Invariant, settings.ConnectionString, settings.DataSource) = (Invariant, null!, database)));
            silo.AddAdoNetGrainStorage(BareStore, store => store.Configure<NpgsqlDataSource>((settings, database) =>
            {
                (settings.Invariant, settings.ConnectionString, settings.DataSource) = (Invariant, null!, database);
                settings.GrainStorageSerializer = new StateSerializer();
            }));
            silo.Services.AddGrainStorage(StoreNames.Fleet, (provider, _) => new ClusterStorage(
                provider.GetRequiredKeyedService<IGrainStorage>(BareStore),
                new ClusterRows(provider.GetRequiredService<NpgsqlDataSource>(), cluster.Id),
                settings));
            silo.Services.AddSerializer(AddPoliciesCodec);
            silo.AddActivityPropagation();
        });
    }

    /// <summary>What a failed start means to a person; null when its own words are the best.</summary>
    public static string? Explain(Exception failure, SiloOptions options) => failure switch
    {
        OrleansClusterConnectivityCheckFailedException => string.Concat(
            $"Other silos of cluster \"{options.Cluster.Id}\" stand in the database and do not answer: ", failure.Message,
            " Either the network between silos is closed, or this is another cluster of the same name: give it an id (--cluster) or a ",
            "database of its own."),
        StoreException said => said.Message,
        NpgsqlException => PostgresTrouble.Opening(Settings(options), failure).Message,
        _ => failure.InnerException is { } inner ? Explain(inner, options) : null,
    };

    private static NpgsqlConnectionStringBuilder Settings(SiloOptions options)
    {
        var settings = PostgresDatabase.Parse(options.Database!);
        if (!settings.Keys.Contains("Maximum Pool Size", StringComparer.OrdinalIgnoreCase))
        {
            settings.MaxPoolSize = Connections;
        }

        return settings;
    }

    /// <summary>True for a socket file, a loopback address or localhost.</summary>
    private static bool IsOnThisMachine(NpgsqlConnectionStringBuilder database) => database.Host!.Split(',').All(host =>
        host.StartsWith('/') || host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));

    internal static void AddPoliciesCodec(ISerializerBuilder serializers)
    {
        serializers.Services
            .AddSingleton<PoliciesCodec>()
            .AddSingleton<IGeneralizedCodec>(provider => provider.GetRequiredService<PoliciesCodec>())
            .AddSingleton<IGeneralizedCopier>(provider => provider.GetRequiredService<PoliciesCodec>())
            .AddSingleton<ITypeFilter>(provider => provider.GetRequiredService<PoliciesCodec>());
        serializers.Configure(types => types.WellKnownTypeAliases[PoliciesCodec.Name] = typeof(PoliciesCodec));
    }
}
