using Microsoft.Extensions.DependencyInjection;

namespace Grpc.Server;

/// <summary>Gives each call its service.</summary>
/// <typeparam name="TService">The service.</typeparam>
internal sealed class ServiceActivator<TService>
    where TService : class
{
    private readonly ObjectFactory<TService> _make = ActivatorUtilities.CreateFactory<TService>([]);

    /// <summary>The registered service, or one made for this call.</summary>
    /// <param name="services">The services of the request.</param>
    /// <param name="made">Whether it was made here and must be released.</param>
    public TService Get(IServiceProvider services, out bool made)
    {
        var registered = services.GetService<TService>();
        made = registered is null;
        return registered ?? _make(services, []);
    }

    /// <summary>Disposes what was made.</summary>
    public static async ValueTask ReleaseAsync(TService service)
    {
        switch (service)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }
}
