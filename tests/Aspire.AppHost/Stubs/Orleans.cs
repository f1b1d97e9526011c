using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orleans;

namespace Aspire.Hosting.Orleans
{
    public interface IProviderConfiguration
    {
        void ConfigureResource<T>(IResourceBuilder<T> resourceBuilder, string configSectionPath)
            where T : IResourceWithEnvironment;
    }

    public sealed class OrleansService
    {
        public string ClusterId { get; set; } = "";

        public string ServiceId { get; set; } = "";

        public Dictionary<string, IProviderConfiguration> Parts { get; } = new(StringComparer.Ordinal);
    }
}

namespace Aspire.Hosting
{
    public static class OrleansServiceExtensions
    {
        public static OrleansService AddOrleans(this IDistributedApplicationBuilder builder, string name) =>
            builder is null ? throw new ArgumentNullException(nameof(builder)) : new OrleansService { ClusterId = name, ServiceId = name };

        public static OrleansService WithClusterId(this OrleansService service, string id)
        {
            service.ClusterId = id;
            return service;
        }

        public static OrleansService WithServiceId(this OrleansService service, string id)
        {
            service.ServiceId = id;
            return service;
        }

        public static OrleansService WithClustering(this OrleansService service, IProviderConfiguration provider) =>
            service.With("Clustering", provider);

        public static OrleansService WithReminders(this OrleansService service, IProviderConfiguration provider) =>
            service.With("Reminders", provider);

        public static OrleansService WithGrainStorage(this OrleansService service, string name, IProviderConfiguration provider) =>
            service.With($"GrainStorage__{name}", provider);

        private static OrleansService With(this OrleansService service, string section, IProviderConfiguration provider)
        {
            service.Parts[section] = provider;
            return service;
        }
    }
}

// What Aspire generates of the project's references.
namespace Projects
{
    public sealed class Silo : Aspire.Hosting.IProjectMetadata
    {
        public string ProjectPath => "Silo/Silo.csproj";
    }

    public sealed class Cli : Aspire.Hosting.IProjectMetadata
    {
        public string ProjectPath => "Cli/Cli.csproj";
    }

    public sealed class Lab : Aspire.Hosting.IProjectMetadata
    {
        public string ProjectPath => "Lab/Lab.csproj";
    }
}
