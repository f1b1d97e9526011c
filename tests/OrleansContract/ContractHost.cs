using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Multipath.OrleansContract.Tests;

/// <summary>
/// As many silos as the build's cluster has, in this process, built by the public API alone: the tests of this folder state what any
/// implementation of the API promises. They share one probe, wherever a grain is.
/// </summary>
internal sealed class ContractHost : IAsyncDisposable
{
    private static int s_port = 21_000;
    private readonly IHost[] _hosts;
    private bool _stopped;

    private ContractHost(IHost[] hosts, Probe probe) => (_hosts, Probe) = (hosts, probe);

    internal IClusterClient Client => Services.GetRequiredService<IClusterClient>();

    internal IServiceProvider Services => _hosts[0].Services;

    internal Probe Probe { get; }

    internal static async Task<ContractHost> StartAsync(Action<ISiloBuilder>? configure = null)
    {
        var probe = new Probe();
        int port = Interlocked.Add(ref s_port, 2 * Cluster.Silos);
        var first = new IPEndPoint(IPAddress.Loopback, port);
        IHost[] hosts = [.. Enumerable.Range(0, Cluster.Silos).Select(i => Build(probe, first, port + (2 * i), configure))];
        foreach (IHost host in hosts)
        {
            await host.StartAsync();
        }

        return new ContractHost(hosts, probe);
    }

    internal T Grain<T>(string key)
        where T : IGrainWithStringKey
        => Client.GetGrain<T>(key);

    internal async Task StopAsync()
    {
        _stopped = true;
        foreach (IHost host in _hosts.Reverse())
        {
            await host.StopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            await StopAsync();
        }

        Array.ForEach(_hosts, host => host.Dispose());
    }

    private static IHost Build(Probe probe, IPEndPoint first, int port, Action<ISiloBuilder>? configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(probe);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(port, port + 1, first);
            silo.AddMemoryGrainStorage("store");
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = Probe.Patience);
            Cluster.Spread(silo);
            configure?.Invoke(silo);
        });
        return builder.Build();
    }
}
