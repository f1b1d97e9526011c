using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Multipath.Contracts.Telemetry;
using Multipath.Silo.Grains;
using Multipath.Silo.Http;
using Multipath.Silo.Rpc;
using Multipath.Silo.Storage;
using Multipath.Silo.Telemetry;

namespace Multipath.Silo.Hosting;

/// <summary>
/// A silo in this process, whole: storage, grains, gRPC and HTTP. The program runs one; tests and the Lab start as many as they like.
/// </summary>
public sealed class SiloHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SiloOptions _options;
    private ListenOptions? _grpc;
    private ListenOptions? _http;
    private bool _started;

    private SiloHost(SiloOptions options)
    {
        _options = options;
        var builder = WebApplication.CreateSlimBuilder();
        Listen(builder);
        SiloCluster.Add(builder, options);
        builder.Services
            .AddSingleton(options.Clock)
            .AddSingleton(options.Sessions)
            .AddSingleton<SessionAdmission>()
            .AddSingleton<StreamEnd>()
            .AddSingleton<OpenSessions>()
            .AddSingleton<PolicyCache>()
            .AddTelemetry()
            .AddSingleton<FleetDesk>()
            .AddSingleton<Readiness>()
            .AddProblemDetails()
            .AddExceptionHandler<StoreTrouble>()
            .AddOpenApi()
            .AddHostedService<SessionBalance>()
            .AddGrpc();
        builder.Services.ConfigureHttpJsonOptions(json => FleetJson.Configure(json.SerializerOptions));
        // A line for each request would bury what grains have to say, with an agent's stream behind every host.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Orleans", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning);
        builder.Logging.AddOtlp(SiloTelemetry.Sources, builder.Configuration);
        // Who starts a silo is told why it did not start; the host would tell it a second time, with its stack.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (options.Quiet)
        {
            builder.Logging.ClearProviders();
        }

        _app = builder.Build();
        _app.UseExceptionHandler();
        _app.UseStatusCodePages();
        _app.MapGrpcService<AgentGatewayService>();
        _app.MapGrpcService<FleetService>();
        _app.MapGrpcService<HealthService>();
        _app.MapOpenApi();
        _app.MapFleet();
        _app.MapHealth();
        _app.MapMetrics();
    }

    /// <summary>Where gRPC is served, with the port in use; valid once started.</summary>
    public Uri GrpcAddress => Bound(_grpc, _options.Grpc);

    /// <summary>Where HTTP is served, with the port in use; valid once started.</summary>
    public Uri HttpAddress => Bound(_http, _options.Http);

    /// <summary>For programs that embed a silo.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Composes a silo; nothing runs yet.</summary>
    /// <exception cref="StoreException">The store cannot be used; the message says why.</exception>
    public static SiloHost Build(SiloOptions options)
    {
        if (SiloCluster.Refusal(options) is { } refusal)
        {
            throw new StoreException(refusal);
        }

        var host = new SiloHost(options);
        host._app.Services.GetRequiredService<IStoreHealth>();
        return host;
    }

    /// <summary>Serves until <see cref="DisposeAsync"/>.</summary>
    /// <exception cref="IOException">An address is in use.</exception>
    /// <exception cref="StoreException">The store or the cluster cannot be joined; the message says why.</exception>
    public async Task Start(CancellationToken cancellation = default)
    {
        try
        {
            await _app.StartAsync(cancellation);
            _started = true;
        }
        catch (Exception failure) when (SiloCluster.Explain(failure, _options) is { } why)
        {
            throw new StoreException(why, failure);
        }
    }

    /// <summary>Serves until the process is asked to stop.</summary>
    public Task WaitForShutdown() => _app.WaitForShutdownAsync();

    /// <summary>Stops in order: no new work, grains store their state, the database closes.</summary>
    public async ValueTask DisposeAsync()
    {
        // What did not start cannot stop: Orleans would fail, or end the process as a silo that others declared dead.
        if (_started)
        {
            await _app.StopAsync();
        }

        await _app.DisposeAsync();
    }

    private static void Listen(KestrelServerOptions kestrel, Uri url, HttpProtocols protocols, Action<ListenOptions> bound)
    {
        void Configure(ListenOptions listen)
        {
            listen.Protocols = protocols;
            if (url.Scheme == Uri.UriSchemeHttps)
            {
                listen.UseHttps();
            }

            bound(listen);
        }

        if (SiloArguments.AddressOf(url) is { } address)
        {
            kestrel.Listen(address, url.Port, Configure);
        }
        else
        {
            kestrel.ListenAnyIP(url.Port, Configure);
        }
    }

    private static Uri Bound(ListenOptions? listen, Uri wanted) => listen?.EndPoint is IPEndPoint end
        ? new UriBuilder(wanted) { Host = SiloArguments.AddressOf(wanted) is null ? $"{end.Address}" : wanted.Host, Port = end.Port }.Uri
        : wanted;

    private void Listen(WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        Listen(kestrel, _options.Grpc, HttpProtocols.Http2, listen => _grpc = listen);
        // Without TLS there is no way to agree on HTTP/2 with a browser or curl.
        var people = _options.Http.Scheme == Uri.UriSchemeHttps ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
        Listen(kestrel, _options.Http, people, listen => _http = listen);
    });
}
