using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Multipath.Bench;

/// <summary>
/// One duplex stream over the loopback that waits for each echo before the next message: ours against Python's gRPC, whose
/// transport is the C++ core. The messages are the same bytes.
/// </summary>
public static class GrpcEcho
{
    private const int Runs = 5;
    private const string Python = "/usr/bin/python3";

    private static readonly TimeSpan RunTime = TimeSpan.FromSeconds(1);

    /// <summary>An EchoMessage of text "ping", 64 bytes and count 1, as echo.py sends it.</summary>
    private static readonly byte[] Message =
        [0x0a, 4, (byte)'p', (byte)'i', (byte)'n', (byte)'g', 0x12, 64, .. Encoding.ASCII.GetBytes(new string('x', 64)), 0x18, 1];

    /// <summary>Runs both in turn and prints the medians and their ratio.</summary>
    /// <param name="output">Where the lines go.</param>
    public static async Task RunAsync(TextWriter output)
    {
        await using var app = await StartServerAsync();
        using var channel = GrpcChannel.ForAddress(app.Urls.Single());
        await MeasureAsync(channel);
        var ours = new double[Runs];
        var theirs = new double?[Runs];
        for (var run = 0; run < Runs; run++)
        {
            ours[run] = await MeasureAsync(channel);
            theirs[run] = await MeasurePythonAsync();
        }

        await output.WriteLineAsync(Line($"grpc duplex echo, ours:           {Median(ours):F0} messages/s, median of {Runs}"));
        if (theirs.Any(rate => rate is null))
        {
            await output.WriteLineAsync($"grpc duplex echo, python3-grpcio: not measured, {Python} cannot run it");
            return;
        }

        var median = Median([.. theirs.Select(rate => rate!.Value)]);
        await output.WriteLineAsync(Line($"grpc duplex echo, python3-grpcio: {median:F0} messages/s, median of {Runs}"));
        await output.WriteLineAsync(Line($"grpc duplex echo, ratio:          {Median(ours) / median:F2}"));
    }

    /// <summary>Round trips of ours, one after the other on a stream that is warm.</summary>
    internal static async Task<TimeSpan[]> RoundTripsAsync(int count)
    {
        await using var app = await StartServerAsync();
        using var channel = GrpcChannel.ForAddress(app.Urls.Single());
        await MeasureAsync(channel);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(EchoBinding.Duplex, null, default);
        var times = new TimeSpan[count];
        for (var round = 0; round < count; round++)
        {
            var sent = Stopwatch.GetTimestamp();
            await call.RequestStream.WriteAsync(Message);
            await call.ResponseStream.MoveNext();
            times[round] = Stopwatch.GetElapsedTime(sent);
        }

        await call.RequestStream.CompleteAsync();
        await call.ResponseStream.MoveNext();
        return times;
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static double Median(double[] rates)
    {
        Array.Sort(rates);
        return rates[rates.Length / 2];
    }

    private static async Task<double> MeasureAsync(GrpcChannel channel)
    {
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(EchoBinding.Duplex, null, default);
        var count = 0;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < RunTime)
        {
            await call.RequestStream.WriteAsync(Message);
            await call.ResponseStream.MoveNext();
            count++;
        }

        var rate = count / watch.Elapsed.TotalSeconds;
        await call.RequestStream.CompleteAsync();
        await call.ResponseStream.MoveNext();
        return rate;
    }

    private static async Task<double?> MeasurePythonAsync()
    {
        if (!File.Exists(Python))
        {
            return null;
        }

        var script = Path.Combine(AppContext.BaseDirectory, "echo.py");
        using var process = Process.Start(new ProcessStartInfo(
            Python, [script, "bench", RunTime.TotalSeconds.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return double.TryParse(printed, CultureInfo.InvariantCulture, out var rate) ? rate : null;
    }

    private static async Task<WebApplication> StartServerAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<EchoService>();
        await app.StartAsync();
        return app;
    }

    /// <summary>What generated code would be for messages that stay bytes.</summary>
    internal static class EchoBinding
    {
        private static readonly Marshaller<byte[]> Bytes =
            Marshallers.Create<byte[]>((message, context) => context.Complete(message), context => context.PayloadAsNewBuffer());

        public static readonly Method<byte[], byte[]> Duplex = new(
            MethodType.DuplexStreaming, "multipath.test.v1.Echo", "Duplex", Bytes, Bytes);

        public static void BindService(ServiceBinderBase binder, EchoService? service) =>
            binder.AddMethod(Duplex, service is null ? null! : new DuplexStreamingServerMethod<byte[], byte[]>(service.Duplex));
    }

    [BindServiceMethod(typeof(EchoBinding), nameof(EchoBinding.BindService))]
    internal sealed class EchoService
    {
        [SuppressMessage("Performance", "CA1822", Justification = "Services are instances.")]
        public async Task Duplex(IAsyncStreamReader<byte[]> requests, IServerStreamWriter<byte[]> responses, ServerCallContext context)
        {
            while (await requests.MoveNext())
            {
                await responses.WriteAsync(requests.Current);
            }
        }
    }
}
