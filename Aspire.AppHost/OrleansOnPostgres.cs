using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orleans;

namespace Multipath.AppHost;

/// <summary>
/// Tells silos that a part of Orleans is in a PostgreSQL database. Aspire's own way derives the provider's type from the resource's,
/// "PostgresDatabase", and knows neither invariant nor connection name; Orleans has the database under "AdoNet" and needs all three.
/// </summary>
/// <param name="database">The database; its connection string goes along.</param>
internal sealed class OrleansOnPostgres(IResourceBuilder<IResourceWithConnectionString> database) : IProviderConfiguration
{
    /// <inheritdoc/>
    public void ConfigureResource<T>(IResourceBuilder<T> resourceBuilder, string configSectionPath)
        where T : IResourceWithEnvironment
    {
        var section = $"Orleans__{configSectionPath.Replace(":", "__", StringComparison.Ordinal)}";
        resourceBuilder
            .WithEnvironment($"{section}__ProviderType", Text("AdoNet"))
            .WithEnvironment($"{section}__Invariant", Text("Npgsql"))
            .WithEnvironment($"{section}__ConnectionName", Text(database.Resource.Name))
            .WithReference(database);
    }

    // An interpolated string as the name would choose another overload for a plain value.
    private static string Text(string value) => value;
}
