using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;

namespace Multipath.Standalone.Orleans.Tests.Scheduling;

/// <summary>Turns go through one queue of the thread pool, which is more than Orleans promises.</summary>
public sealed class FairnessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Callers_that_call_on_without_a_pause_do_not_starve_the_others()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        using IHost host = builder.Build();
        await host.StartAsync();
        IGrainFactory grains = host.Services.GetRequiredService<IGrainFactory>();
        using var stop = new CancellationTokenSource();
        IAdderGrain[] called = [.. Enumerable.Range(0, 100).Select(i => grains.GetGrain<IAdderGrain>($"busy-{i}"))];
        Task<int>[] busy = [.. called.Select(grain => Task.Run(() => CallOnAsync(grain)))];
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(i + 1, await Task.Run(() => grains.GetGrain<IAdderGrain>($"other-{i}").Add(i, 1)).WaitAsync(Patience));
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(busy), calls => Assert.True(calls > 0));
        await host.StopAsync();

        async Task<int> CallOnAsync(IAdderGrain grain)
        {
            int calls = 0;
            while (!stop.IsCancellationRequested)
            {
                await grain.Add(1, 2);
                calls++;
            }

            return calls;
        }
    }
}

internal interface IAdderGrain : IGrainWithStringKey
{
    Task<int> Add(int left, int right);
}

internal sealed class AdderGrain : Grain, IAdderGrain
{
    public Task<int> Add(int left, int right) => Task.FromResult(left + right);
}
