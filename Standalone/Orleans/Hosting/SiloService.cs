using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Multipath.Standalone.Orleans.Reminders;

namespace Multipath.Standalone.Orleans.Hosting;

/// <summary>Starts and stops the silo with the host.</summary>
internal sealed class SiloService(SiloRuntime runtime, IServiceProvider services) : IHostedService
{
    private readonly ReminderService? _reminders = services.GetService<ReminderService>();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        runtime.Start();
        return _reminders?.StartAsync(cancellationToken) ?? Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await (_reminders?.StopAsync(cancellationToken) ?? Task.CompletedTask);
        await runtime.StopAsync(cancellationToken);
    }
}
