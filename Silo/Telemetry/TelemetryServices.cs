using Multipath.Silo.Hosting;

namespace Multipath.Silo.Telemetry;

/// <summary>Puts the silo's telemetry into its services, and what tells whether the store can be written.</summary>
internal static class TelemetryServices
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        .AddSingleton<SiloMetrics>()
        .AddSingleton<StateWriter>()
        .AddSingleton<SiloTelemetry>()
        .AddHostedService(provider => provider.GetRequiredService<SiloTelemetry>())
        .AddSingleton<StoreProbe>()
        .AddHostedService(provider => provider.GetRequiredService<StoreProbe>());
}
