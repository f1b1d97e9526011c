using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests;

/// <summary>The echo service on a Kestrel of its own, on a free port of the loopback.</summary>
public sealed class EchoServer : IAsyncDisposable
{
    private readonly List<GrpcChannel> _channels = [];

    private EchoServer(WebApplication app, EchoBehaviour behaviour)
    {
        App = app;
        Behaviour = behaviour;
        Address = new Uri(app.Urls.Single());
    }

    public WebApplication App { get; }

    public EchoBehaviour Behaviour { get; }

    public Uri Address { get; }

    public static async Task<EchoServer> StartAsync(
        Action<GrpcServiceOptions>? options = null,
        Action<ListenOptions>? listen = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null)
    {
        var behaviour = new EchoBehaviour();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            listen?.Invoke(endpoint);
        }));
        builder.Services.AddSingleton(behaviour);
        builder.Services.AddGrpc(options ?? (_ => { }));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapGrpcService<EchoService>();
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new EchoServer(app, behaviour);
    }

    public Echo.EchoClient Client(Action<GrpcChannelOptions>? configure = null)
    {
        var options = new GrpcChannelOptions();
        configure?.Invoke(options);
        var channel = GrpcChannel.ForAddress(Address, options);
        _channels.Add(channel);
        return new Echo.EchoClient(channel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        await App.DisposeAsync();
    }
}
