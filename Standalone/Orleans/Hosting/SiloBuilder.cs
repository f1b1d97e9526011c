using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Multipath.Standalone.Orleans.Scheduling;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Multipath.Standalone.Orleans.Hosting;

/// <summary>The silo of a host; adding it twice adds it once.</summary>
internal sealed class SiloBuilder(IServiceCollection services, IConfiguration configuration) : ISiloBuilder
{
    public IServiceCollection Services => services;

    public IConfiguration Configuration => configuration;

    internal static SiloBuilder For(IServiceCollection services, IConfiguration configuration)
    {
        if (services.All(service => service.ServiceType != typeof(SiloRuntime)))
        {
            services.AddOptions();
            services.AddLogging();
            services.TryAddSingleton(TimeProvider.System);
            services.TryAddSingleton<TurnExecutor, PoolExecutor>();
            services.AddSingleton<SiloRuntime>();
            services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<SiloRuntime>().Factory);
            services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<SiloRuntime>().Factory);
            services.AddHostedService<SiloService>();
            services.AddOptions<GrainCollectionOptions>().Validate(
                options => options.CollectionQuantum > TimeSpan.Zero && options.CollectionAge > options.CollectionQuantum,
                "GrainCollectionOptions.CollectionAge must be longer than CollectionQuantum, and both longer than nothing.");
            services.AddOptions<SiloMessagingOptions>().Validate(
                options => options.ResponseTimeout > TimeSpan.Zero && options.MaxEnqueuedRequestsHardLimit >= 0,
                "SiloMessagingOptions.ResponseTimeout must be longer than nothing, MaxEnqueuedRequestsHardLimit not negative.");
        }

        return new SiloBuilder(services, configuration);
    }
}
