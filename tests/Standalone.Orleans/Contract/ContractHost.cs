using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Multipath.Standalone.Orleans.Tests.Contract;

/// <summary>
/// A host with a silo, built by the public API alone: the tests of this folder state what any implementation of the API promises.
/// </summary>
internal sealed class ContractHost : IAsyncDisposable
{
    private static int s_port = 21_000;
    private readonly IHost _host;
    private bool _stopped;

    private ContractHost(IHost host) => _host = host;

    internal IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    internal IServiceProvider Services => _host.Services;

    internal Probe Probe => _host.Services.GetRequiredService<Probe>();

    internal static async Task<ContractHost> StartAsync(Action<ISiloBuilder>? configure = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Probe>();
        builder.UseOrleans(silo =>
        {
            int port = Interlocked.Add(ref s_port, 2);
            silo.UseLocalhostClustering(port, port + 1);
            silo.AddMemoryGrainStorage("store");
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(20));
            configure?.Invoke(silo);
        });
        IHost host = builder.Build();
        await host.StartAsync();
        return new ContractHost(host);
    }

    internal T Grain<T>(string key)
        where T : IGrainWithStringKey
        => Client.GetGrain<T>(key);

    internal async Task StopAsync()
    {
        _stopped = true;
        await _host.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            await _host.StopAsync();
        }

        _host.Dispose();
    }
}
