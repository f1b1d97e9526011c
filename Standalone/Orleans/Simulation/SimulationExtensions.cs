using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Multipath.Standalone.Orleans;

/// <summary>Settings of a silo that only this implementation has.</summary>
public static class SimulationExtensions
{
    /// <summary>Runs the silo in a simulation: its clock is the host's <see cref="TimeProvider"/>, its thread runs all turns.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="simulation">The simulation; one host's.</param>
    public static ISiloBuilder UseSimulation(this ISiloBuilder builder, Simulation simulation)
    {
        builder.UseTimeProvider(simulation.Time);
        builder.Services.Replace(ServiceDescriptor.Singleton(simulation.Executor));
        return builder;
    }

    /// <summary>
    /// Starts the host's services, runs a scenario and stops them. The host's own start and stop would leave the simulation's thread.
    /// </summary>
    /// <param name="simulation">The simulation that the host's silo uses.</param>
    /// <param name="host">The host, not started.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="limit">The most virtual time that it may take; null for a day.</param>
    /// <exception cref="SimulationException">Nothing is left to do, the limit is passed, or work came from another thread.</exception>
    public static void Run(this Simulation simulation, IHost host, Func<Task> scenario, TimeSpan? limit = null)
        => simulation.Run(() => RunHostAsync(host, scenario), limit);

    /// <summary>Sets the clock of timers, reminders, timeouts and idle deactivation; turns still run on the thread pool.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="time">The clock.</param>
    public static ISiloBuilder UseTimeProvider(this ISiloBuilder builder, TimeProvider time)
    {
        builder.Services.Replace(ServiceDescriptor.Singleton(time));
        return builder;
    }

    private static async Task RunHostAsync(IHost host, Func<Task> scenario)
    {
        IHostedService[] services = [.. host.Services.GetServices<IHostedService>()];
        foreach (IHostedService service in services)
        {
            await service.StartAsync(CancellationToken.None);
        }

        await scenario();
        foreach (IHostedService service in services.Reverse())
        {
            await service.StopAsync(CancellationToken.None);
        }
    }
}
