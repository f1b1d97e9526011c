using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orleans;

namespace Multipath.AppHost;

/// <summary>The product's programs as resources: each finds the others, says how it is, and sends its telemetry to the dashboard.</summary>
internal static class ProductResources
{
    private const string Grpc = "grpc";
    private const string Http = "http";

    /// <summary>Makes the database's schema, then ends.</summary>
    public static IResourceBuilder<ProjectResource> AddMigration(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<IResourceWithConnectionString> database) =>
        builder.AddProgram<Projects.Silo>(name)
            .WithArgs("migrate")
            .WithEnvironment("MPSILO_DATABASE", database.Resource.ConnectionStringExpression)
            .WaitFor(database);

    /// <summary>A silo of the cluster; its HTTP face is the web.</summary>
    public static IResourceBuilder<ProjectResource> AddSilo(
        this IDistributedApplicationBuilder builder,
        string name,
        string clusterId,
        IResourceBuilder<IResourceWithConnectionString> database,
        OrleansService cluster,
        IResourceBuilder<ProjectResource> schema)
    {
        var silo = builder.AddProgram<Projects.Silo>(name)
            .WithHttpEndpoint(name: Http)
            .WithHttpEndpoint(name: Grpc)
            .WithEndpoint(Grpc, static endpoint => endpoint.Transport = "http2")
            // The silo is told its addresses below; ASPNETCORE_URLS would only contradict.
            .WithEndpointsInEnvironment(static endpoint => endpoint.Name is not (Http or Grpc))
            .WithUrlForEndpoint(Http, static url => (url.Url, url.DisplayText) = ("/api/v1/hosts", "hosts"))
            .WithHttpHealthCheck("/readyz", endpointName: Http)
            .WithReference(cluster)
            .WithEnvironment("MPSILO_DATABASE", database.Resource.ConnectionStringExpression)
            .WithEnvironment("MPSILO_CLUSTER", clusterId)
            // All silos are here, wherever the database is.
            .WithEnvironment("MPSILO_ADVERTISE", "127.0.0.1")
            .WaitForCompletion(schema);
        return silo
            .WithEnvironment("MPSILO_HTTP", ListensOn(silo, Http))
            .WithEnvironment("MPSILO_GRPC", ListensOn(silo, Grpc))
            // Orleans's endpoint comes with the reference to the cluster.
            .WithEnvironment("MPSILO_SILO_PORT", silo.GetEndpoint("orleans-silo").Property(EndpointProperty.TargetPort));
    }

    /// <summary>Stores a policy of the Lab's, so that hosts have something to follow, then ends.</summary>
    public static IResourceBuilder<ProjectResource> AddPolicies(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ProjectResource> silo, string file) =>
        builder.AddProgram<Projects.Cli>(name)
            .WithArgs(
                // Not -f: Aspire puts no "--" before the arguments, and 'dotnet run' would take it for the framework.
                "apply", "--filename", Path.GetFullPath(Path.Combine(builder.AppHostDirectory, "..", "Lab", "Scenarios", file)),
                "--server", silo.GetEndpoint(Grpc))
            .WaitFor(silo);

    /// <summary>A host with a real agent on a simulated data plane, whose Wi-Fi fails and returns again and again.</summary>
    public static IResourceBuilder<ProjectResource> AddSimulatedHost(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ProjectResource> silo,
        IResourceBuilder<ProjectResource> policies) =>
        builder.AddProgram<Projects.Lab>(name)
            .WithArgs("hosts", name, "--silo", silo.GetEndpoint(Grpc))
            .WithReference(silo.GetEndpoint(Grpc))
            .WaitFor(silo)
            .WaitForCompletion(policies);

    // Built with this project as Hosting=Orleans; 'dotnet run --no-build' has to find that build, and reads the property from here.
    private static IResourceBuilder<ProjectResource> AddProgram<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() =>
        builder.AddProject<TProject>(name, static options => options.ExcludeLaunchProfile = true)
            .WithEnvironment("Hosting", "Orleans");

    private static ReferenceExpression ListensOn(IResourceBuilder<ProjectResource> silo, string endpoint) =>
        ReferenceExpression.Create($"http://127.0.0.1:{silo.GetEndpoint(endpoint).Property(EndpointProperty.TargetPort)}");
}
