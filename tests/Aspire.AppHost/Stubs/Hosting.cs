using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orleans;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

public interface IProjectMetadata
{
    string ProjectPath { get; }
}

public interface IDistributedApplicationBuilder
{
    string AppHostDirectory { get; }

    ConfigurationManager Configuration { get; }

    IResourceBuilder<T> Add<T>(T resource)
        where T : IResource;
}

public sealed class ProjectResourceOptions
{
    public bool ExcludeLaunchProfile { get; set; }
}

/// <summary>Keeps what was added.</summary>
public sealed class RecordingBuilder : IDistributedApplicationBuilder
{
    public string AppHostDirectory { get; } = Path.Combine(Root(), "Aspire.AppHost");

    public ConfigurationManager Configuration { get; } = new();

    public List<IResource> Resources { get; } = [];

    public IResourceBuilder<T> Add<T>(T resource)
        where T : IResource
    {
        Resources.Add(resource);
        return new Built<T>(this, resource);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests are not below their repository.");
        }

        return folder.FullName;
    }

    private sealed record Built<T>(IDistributedApplicationBuilder ApplicationBuilder, T Resource) : IResourceBuilder<T>
        where T : IResource;
}

/// <summary>The verbs.</summary>
public static class HostingExtensions
{
    public static IResourceBuilder<PostgresServerResource> AddPostgres(this IDistributedApplicationBuilder builder, string name) =>
        builder.Add(new PostgresServerResource(name));

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null) =>
        builder.ApplicationBuilder.Add(new PostgresDatabaseResource(databaseName ?? name, builder.Resource));

    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null) =>
        builder.Add(new ConnectionStringResource(environmentVariableName ?? name));

    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new()
    {
        var options = new ProjectResourceOptions();
        configure(options);
        var project = new ProjectResource(name, typeof(TProject)) { IsLaunchProfileExcluded = options.ExcludeLaunchProfile };
        return builder.Add(project);
    }

    public static IResourceBuilder<ProjectResource> WithArgs(this IResourceBuilder<ProjectResource> builder, params object[] args) =>
        builder.Do(project => project.Arguments.AddRange(args.Select(argument => argument.ToString()!)));

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment => builder.Set(name, value!);

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, ReferenceExpression value)
        where T : IResourceWithEnvironment => builder.Set(name, value);

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, EndpointReferenceExpression value)
        where T : IResourceWithEnvironment => builder.Set(name, value);

    public static IResourceBuilder<T> WithReference<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithConnectionString> source)
        where T : IResourceWithEnvironment =>
        builder.Set($"ConnectionStrings__{source.Resource.Name}", source.Resource.ConnectionStringExpression);

    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> builder, EndpointReference endpoint) =>
        builder.Do(project => project.References.Add(endpoint.ToString()));

    public static IResourceBuilder<ProjectResource> WithHttpEndpoint(this IResourceBuilder<ProjectResource> builder, string name) =>
        builder.Do(project => project.Endpoints.Add(new EndpointAnnotation(name)));

    public static IResourceBuilder<ProjectResource> WithEndpoint(
        this IResourceBuilder<ProjectResource> builder, string endpointName, Action<EndpointAnnotation> callback) =>
        builder.Do(project => callback(project.Endpoints.Single(endpoint => endpoint.Name == endpointName)));

    public static IResourceBuilder<ProjectResource> WithEndpointsInEnvironment(
        this IResourceBuilder<ProjectResource> builder, Func<EndpointAnnotation, bool> filter) =>
        builder.Do(project => Assert.DoesNotContain(project.Endpoints, endpoint => filter(endpoint)));

    public static IResourceBuilder<ProjectResource> WithUrlForEndpoint(
        this IResourceBuilder<ProjectResource> builder, string endpointName, Action<ResourceUrlAnnotation> callback) =>
        builder.Do(project =>
        {
            Assert.Contains(project.Endpoints, endpoint => endpoint.Name == endpointName);
            var url = new ResourceUrlAnnotation();
            callback(url);
            project.Urls[endpointName] = $"{url.Url} {url.DisplayText}";
        });

    public static IResourceBuilder<ProjectResource> WithHttpHealthCheck(
        this IResourceBuilder<ProjectResource> builder, string? path = null, int? statusCode = null, string? endpointName = null) =>
        builder.Do(project => project.HealthCheck = $"{endpointName}{path} {statusCode ?? 200}");

    public static IResourceBuilder<ProjectResource> WaitFor(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResource> dependency) =>
        builder.Do(project => project.WaitsFor.Add(dependency.Resource.Name));

    public static IResourceBuilder<ProjectResource> WaitForCompletion(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResource> dependency) =>
        builder.Do(project => project.WaitsFor.Add($"end of {dependency.Resource.Name}"));

    public static EndpointReference GetEndpoint(this IResourceBuilder<ProjectResource> builder, string name) =>
        new(builder.Resource, name);

    /// <summary>What Aspire does for a silo: each part of Orleans tells it where it is.</summary>
    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> builder, OrleansService service) => builder.Do(project =>
    {
        foreach (var (section, provider) in service.Parts)
        {
            provider.ConfigureResource(builder, section);
        }

        project.Endpoints.Add(new EndpointAnnotation("orleans-silo"));
        project.Endpoints.Add(new EndpointAnnotation("orleans-gateway"));
        project.Environment["Orleans__ClusterId"] = service.ClusterId;
        project.Environment["Orleans__ServiceId"] = service.ServiceId;
    });

    private static IResourceBuilder<ProjectResource> Do(this IResourceBuilder<ProjectResource> builder, Action<ProjectResource> act)
    {
        act(builder.Resource);
        return builder;
    }

    private static IResourceBuilder<T> Set<T>(this IResourceBuilder<T> builder, string name, object value)
        where T : IResource
    {
        ((Resource)(object)builder.Resource).Environment[name] = value.ToString()!;
        return builder;
    }
}
