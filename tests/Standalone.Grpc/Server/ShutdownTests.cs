using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests.Server;

public sealed class ShutdownTests
{
    [Fact]
    public async Task Calls_that_end_by_themselves_end_well_while_the_server_stops()
    {
        await using var server = await EchoServer.StartAsync();
        using var call = server.Client().Duplex();
        await call.RequestStream.WriteAsync(new EchoMessage { Count = 1 });
        Assert.True(await call.ResponseStream.MoveNext());

        var stopped = await StopAsync(server);
        await call.RequestStream.WriteAsync(new EchoMessage { Count = 2 });
        Assert.True(await call.ResponseStream.MoveNext());
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
        await stopped;
    }

    [Fact]
    public async Task Calls_that_do_not_end_are_unavailable_when_patience_ends()
    {
        var time = new ManualTime();
        await using var server = await EchoServer.StartAsync(services: services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
        });
        using var call = server.Client().Duplex();
        await call.RequestStream.WriteAsync(new EchoMessage());
        Assert.True(await call.ResponseStream.MoveNext());
        var waiting = call.ResponseStream.MoveNext();

        var stopped = await StopAsync(server);
        time.Advance(TimeSpan.FromSeconds(23));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        var e = await Assert.ThrowsAsync<RpcException>(() => waiting);
        Assert.Equal((StatusCode.Unavailable, "The server stops."), (e.StatusCode, e.Status.Detail));
        await stopped;
    }

    [Fact]
    public async Task Calls_end_at_once_when_the_stop_is_not_patient()
    {
        await using var server = await EchoServer.StartAsync();
        using var call = server.Client().Duplex();
        await call.RequestStream.WriteAsync(new EchoMessage());
        Assert.True(await call.ResponseStream.MoveNext());
        var waiting = call.ResponseStream.MoveNext();
        using var impatient = new CancellationTokenSource();

        var stopped = await StopAsync(server, impatient.Token);
        await impatient.CancelAsync();

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => waiting)).StatusCode);
        await Task.WhenAny(stopped);
    }

    /// <summary>Starts to stop; returns when the patience runs.</summary>
    private static async Task<Task> StopAsync(EchoServer server, CancellationToken cancellationToken = default)
    {
        var stopping = new TaskCompletionSource();
        server.App.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        var stopped = Task.Run(() => server.App.StopAsync(cancellationToken), CancellationToken.None);
        await stopping.Task;
        return stopped;
    }
}
