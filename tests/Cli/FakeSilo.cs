using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Multipath.Cli.Tests;

/// <summary>A server with a fleet that the test made, on a free port of the loopback.</summary>
internal sealed class FakeSilo : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeSilo(WebApplication app, FakeFleet fleet) => (_app, Fleet) = (app, fleet);

    public FakeFleet Fleet { get; }

    public string Address => _app.Urls.Single();

    public static async Task<FakeSilo> StartAsync()
    {
        var fleet = new FakeFleet();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(fleet);
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<FakeFleetService>();
        app.MapGrpcService<FakeHealthService>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new FakeSilo(app, fleet);
    }

    /// <summary>Runs the tool against this server.</summary>
    public Task<Outcome> RunAsync(params string[] args) => Tool.RunAsync([.. args, "--server", Address]);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
